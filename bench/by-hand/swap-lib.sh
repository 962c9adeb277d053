# What both procedures by hand have in common; they hand on their own parameters.
# shellcheck shell=sh
containers=$1
# shellcheck disable=SC2034
old=$2 new=$3
manifests=$4

# Runs a command line on a node.
on() { podman exec "$containers$1" sh -c "$2"; }
on_each_node() { for each in n1 n2 n3; do on "$each" "$1"; done; }

daemonset_of() {
  case $1 in flannel) echo daemonset/kube-flannel-ds ;; weave) echo daemonset/weave-net ;; esac
}
namespace_of() {
  case $1 in flannel) echo kube-flannel ;; weave) echo kube-system ;; esac
}

install() {
  kubectl apply --filename "$manifests/$1.json" >/dev/null
  kubectl rollout status "$(daemonset_of "$1")" --namespace "$(namespace_of "$1")" --timeout 5m >/dev/null
}

# The pods of a node that have a network of their own: namespace/name/owner, a line each.
pods_on() {
  kubectl get pods --all-namespaces --field-selector "spec.nodeName=$1" --output json |
    jq -r '.items[] | select(.spec.hostNetwork != true)
      | "\(.metadata.namespace)/\(.metadata.name)/\(.metadata.ownerReferences[0] | if .kind == "DaemonSet" then "daemonset/" + .name else "deployment/coredns" end)"'
}

# Recreates a pod and waits until its owner has all it wants.
move() {
  namespace=${1%%/*}
  rest=${1#*/}
  kubectl delete pod "${rest%%/*}" --namespace "$namespace" >/dev/null
  kubectl rollout status "${rest#*/}" --namespace "$namespace" --timeout 5m >/dev/null
}

await_pods() {
  # A rollout's status knows only what the controllers have seen by now.
  until [ "$(kubectl get pods --namespace cni-lab --output json | jq '[.items[].metadata.deletionTimestamp // empty] | length')" = 0 ]; do sleep 0.5; done
  for owner in daemonset/probe daemonset/probe2; do
    kubectl rollout status "$owner" --namespace cni-lab --timeout 5m >/dev/null
  done
  kubectl rollout status deployment/coredns --namespace kube-system --timeout 5m >/dev/null
}

# Takes away what a CNI has left on the nodes while another one works there.
clean_all() {
  case $1 in
    flannel)
      on_each_node '
        ip link delete cni0; ip link delete flannel.1
        rm -rf /run/flannel /var/lib/cni/flannel /var/lib/cni/networks/cbr0
        for table in filter nat; do iptables-save -t $table | grep -v FLANNEL | iptables-restore -w 30; done'
      ;;
    weave)
      kubectl delete configmap weave-net --namespace kube-system --ignore-not-found >/dev/null
      on_each_node '
        ip link delete weave
        rm -rf /var/lib/weave
        for table in filter nat mangle; do
          iptables-save -t $table | grep -v -e WEAVE -e " weave " -e "Weave Net" | iptables-restore -w 30
        done'
      ;;
  esac
}
