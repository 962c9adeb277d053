import type { Script } from "./shell/node-shell";

const adminKubeconfig = "/etc/kubernetes/admin.conf";

/** Shell lines that put standard input into `$config`, a file that nobody else can read and that goes with the script. */
function takeConfig(file: string): string {
  return `config=${file}
trap 'rm -f "$config"' EXIT
umask 077
cat >"$config"`;
}

/**
 * Makes this node the control plane; its config comes by standard input. A try that was broken off is reset first.
 */
export const initScript: Script = {
  text: `
${takeConfig("/run/cni-lab-init.yaml")}
if [ -e /etc/kubernetes/manifests ] && [ -n "$(ls /etc/kubernetes/manifests)" ]; then
  kubeadm reset --force >&2
fi
kubeadm init --config "$config" --skip-token-print >&2`,
};

/** Prints the administrator's kubeconfig as JSON. */
export const kubeconfigScript: Script = {
  text: `kubectl --kubeconfig ${adminKubeconfig} config view --raw --output json`,
};

/** Minutes in which an invitation has to be used: long enough for a slow machine, gone soon after. */
const invitationMinutes = 30;

/** Seconds in which the API server must tell whether a leaving node is still a member: it may just be starting. */
const answerSeconds = 120;

/** Seconds in which the pods of a leaving node may end; after that it leaves without having been emptied. */
const drainSeconds = 60;

/**
 * On the control plane: prints a join command for one more node; on deletion that node is emptied and leaves.
 * The pods that stay to the end are taken out of the API by hand: else Services go on sending them requests until
 * the pod garbage collector comes by, about a minute later.
 */
export function inviteScript(node: string): { create: Script; delete: Script } {
  return {
    create: { text: `kubeadm token create --ttl ${invitationMinutes}m --print-join-command` },
    delete: {
      text: `
export KUBECONFIG=${adminKubeconfig}
exec >&2
end=$(($(date +%s) + ${answerSeconds}))
until found=$(kubectl get node "$1" --ignore-not-found --output name --request-timeout 5s 2>&1); do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "the API server did not tell in ${answerSeconds} s whether $1 is still a node; last: $found"
    exit 1
  fi
  sleep 1
done
case $found in *"node/$1"*) ;; *) exit 0 ;; esac
kubectl drain "$1" --ignore-daemonsets --delete-emptydir-data --force --timeout ${drainSeconds}s ||
  echo "$1 leaves without having been emptied"
kubectl delete node "$1" --ignore-not-found --timeout 60s
kubectl delete pods --all-namespaces --field-selector "spec.nodeName=$1" --force --grace-period 0`,
      args: [node],
    },
  };
}

/** Seconds in which the kubelet of a node that has joined must have made its Node object. */
const registerSeconds = 60;

/**
 * Makes this node a member; its config comes by standard input. A member already is left as it is. kubeadm is content
 * with a kubelet that answered once; a kubelet that fails after that never makes its Node.
 */
export const joinScript = (node: string): Script => ({
  text: `
${takeConfig("/run/cni-lab-join.yaml")}
if [ -e /etc/kubernetes/kubelet.conf ]; then
  echo "this node has joined already" >&2
else
  if [ -e /etc/kubernetes/pki/ca.crt ] || [ -e /etc/kubernetes/bootstrap-kubelet.conf ]; then
    kubeadm reset --force >&2
  fi
  kubeadm join --config "$config" >&2
fi
end=$(($(date +%s) + ${registerSeconds}))
until kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node "$1" >/dev/null 2>&1; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "the kubelet has made no Node $1 in ${registerSeconds} s; it said last:" >&2
    journalctl --unit kubelet --no-pager --lines 200 | grep -E ' E[0-9]{4} |Failed|error' | tail -n 3 >&2
    kubeadm reset --force >/dev/null 2>&1
    exit 1
  fi
  sleep 0.5
done`,
  args: [node],
});
