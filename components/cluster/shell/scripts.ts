import { quoteWord } from "../../../lib/shell";
import { nodePrograms } from "../node-programs";
import { systemNamespace } from "../system-namespace";
import { sshFolder, sshNames } from "./ssh-config";

/** What a script on a node gets by its standard input: nothing, what is given, a file of this machine, or a kubeconfig of an account's. */
export type Input = "nothing" | "given" | "file" | "account";

/** An account of the cluster, as the scripts below name it. */
export interface AccountWords {
  readonly namespace: string;
  readonly name: string;
  /** The API server as nodes reach it. @default as the administrator's kubeconfig has it */
  readonly server?: string;
}

/** Where a line finds the path of that file. */
export const stdinFileVariable = "STDIN_FILE";

/** That file as the standard input. */
const fromFile = `<"$${stdinFileVariable}"`;

/** How long an account's token is good for, in seconds: longer than a script on a node can take. */
const tokenSeconds = 3600;

/**
 * The beginning of each script below: a folder that nobody else reads, `$work`, gone at its end. The scripts run here,
 * on the machine that runs Pulumi.
 */
export const workFolder = `
umask 077
work=$(mktemp -d)
at_end() { :; }
trap 'at_end; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM`;

/** Keeps the administrator's kubeconfig, which is in the file `ADMIN`, or else is the standard input. */
export const keepKubeconfig = `
cat \${ADMIN:+"$ADMIN"} >"$work/admin"
k() { kubectl --kubeconfig "$work/admin" --request-timeout 20s "$@"; }
command -v kubectl >/dev/null || { echo "kubectl is not on this machine, or not on its PATH: install it" >&2; exit 1; }`;

/**
 * Makes `$work/account`, a kubeconfig with a token of the account's. The token is good for an hour at most, and only as
 * long as the Secret is there that it is bound to, which goes at the end.
 */
function accountKubeconfig({ namespace, name, server }: AccountWords): string {
  const [ns, account] = [quoteWord(namespace), quoteWord(name)];
  const labels = { "app.kubernetes.io/part-of": "cni-lab" };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { generateName: `${name}-`, labels } };
  return `
bond=
end_token() { [ -z "$bond" ] || k delete --namespace ${ns} "$bond" --ignore-not-found >/dev/null 2>&1 || true; }
at_end() { end_token; }
bond=$(printf '%s' ${quoteWord(JSON.stringify(secret))} |
  k create --namespace ${ns} --filename - --output name)
token=$(k create token --namespace ${ns} ${account} --duration ${tokenSeconds}s --bound-object-kind Secret --bound-object-name "\${bond#*/}")
view=$(k config view --raw --minify --flatten --output 'jsonpath={.clusters[0].cluster.server}{"\\n"}{.clusters[0].cluster.certificate-authority-data}{"\\n"}{.clusters[0].cluster.tls-server-name}')
server=$(printf '%s\\n' "$view" | sed -n 1p)
authority=$(printf '%s\\n' "$view" | sed -n 2p)
tls_name=$(printf '%s\\n' "$view" | sed -n 3p)
${server === undefined ? "" : `server=${quoteWord(server)}`}
printf '{"apiVersion":"v1","kind":"Config","current-context":"it","contexts":[{"name":"it","context":{"cluster":"it","user":"it"}}],"clusters":[{"name":"it","cluster":{"server":"%s","certificate-authority-data":"%s","tls-server-name":"%s"}}],"users":[{"name":"it","user":{"token":"%s"}}]}' \\
  "$server" "$authority" "$tls_name" "$token" >"$work/account"`;
}

/**
 * Runs a command line on a machine by OpenSSH's client. `$1` says whom that reaches, for errors. Of its variables,
 * `REMOTE` is the line, `CONFIG` and `KNOWN_HOSTS` are the client's files, `KEY` and `JUMP_KEY` private keys, or unset, and
 * `TERMINAL` is ssh's option for one, or unset.
 */
export function sshScript(input: Input, account: AccountWords | undefined): string {
  const from = { nothing: "</dev/null", given: "", file: fromFile, account: '<"$work/account"' }[input];
  return `${workFolder}
${input === "account" && account !== undefined ? keepKubeconfig + accountKubeconfig(account) : ""}
command -v ssh >/dev/null || { echo "ssh is not on this machine, or not on its PATH: install OpenSSH's client" >&2; exit 1; }
printf '%s' "$CONFIG" >"$work/config"
printf '%s' "$KNOWN_HOSTS" >"$work/known_hosts"
[ -z "\${KEY:-}" ] || printf '%s\\n' "$KEY" >"$work/${sshNames.machine}.key"
[ -z "\${JUMP_KEY:-}" ] || printf '%s\\n' "$JUMP_KEY" >"$work/${sshNames.jump}.key"
unset KEY JUMP_KEY
code=0
${sshFolder}=$work ssh -F "$work/config" -E "$work/log" "\${TERMINAL:--T}" ${sshNames.machine} "$REMOTE" ${from} || code=$?
[ "$code" = 255 ] || exit "$code"
said=$(grep -v '^@' "$work/log" | tr -s '\\r\\n' '  ' | sed 's/ *$//')
case $said in
  *"Host key verification failed"* | *"REMOTE HOST IDENTIFICATION HAS CHANGED"* | *"host key is known"*)
    why="it has another host key than the one that is recorded, so nothing was sent to it. Where the machine was reinstalled, record its new key" ;;
  *"Permission denied"*) why="it takes none of the keys. Is the key of this user there, and in the agent or at the path that is recorded?" ;;
  # What is said of a connection that stood goes to standard error.
  "" | *"not responding"* | *"closed by remote host"* | *"Broken pipe"* | *"Connection reset"*)
    why="the connection was lost. What ran there may still run: run the same again, which waits for it" ;;
  *) why="is it up, and does it answer on this port? ssh says: $said" ;;
esac
echo "$1 can't be reached by ssh: $why" >&2
exit 255`;
}

/** How command lines for many nodes run: one after the other, or side by side. */
export type Turns = "in turn" | "side by side";

/** How many run side by side: each is a process or two, and Pulumi runs several such scripts at once. */
const most = 8;

/**
 * Runs many command lines, `$1`, a list of quoted words. Each gets all of the standard input. In turn, the first that fails
 * ends it; side by side all of them run, and it fails where any did.
 */
export function forMany(turns: Turns): string {
  const each = 'sh -euc "$1" <"$INPUT"';
  return `${workFolder}
export INPUT="$work/input"
cat >"$INPUT"
eval "set -- $1"
${
  turns === "in turn"
    ? `for line in "$@"; do sh -euc ${quoteWord(each)} sh "$line"; done`
    : `printf '%s\\0' "$@" | xargs -0 -n 1 -P ${most} sh -euc ${quoteWord(each)} sh || exit 1`
}`;
}

/** A pod through which scripts run on a node, and where it is made. */
export interface ShellPod {
  readonly node: string;
  readonly namespace: string;
  /** Any image that is there: the pod's programs are the node's own. */
  readonly image: string;
}

/** Where such pods are made unless somebody says otherwise: a namespace that may have privileged ones. */
export const shellNamespace = systemNamespace;

/** Seconds until the pod must run, and after which it ends by itself. */
const podSeconds = { ready: 90, life: 3600 } as const;

/** The pod: in the node's network and with its processes in view, so that it can enter the first of them. */
export function shellPod({ node, namespace, image }: ShellPod): object {
  const labels = { "app.kubernetes.io/name": shellName, "app.kubernetes.io/part-of": "cni-lab", "cni-lab/node": node };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: `${shellName}-`, namespace, labels },
    spec: {
      nodeName: node,
      restartPolicy: "Never",
      activeDeadlineSeconds: podSeconds.life,
      ...shellPodSpec(image),
    },
  };
}

/** What such pods are called. */
export const shellName = "cni-lab-shell";

/** What makes a pod one that can enter its node. */
export function shellPodSpec(image: string): object {
  return {
    hostNetwork: true,
    hostPID: true,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    tolerations: [{ operator: "Exists" }],
    containers: [
      {
        name: "shell",
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["/usr/bin/sleep", String(podSeconds.life)],
        securityContext: { privileged: true },
        volumeMounts: nodePrograms.volumeMounts,
      },
    ],
    volumes: nodePrograms.volumes,
  };
}

/** The words before a command that such a pod runs on its node. */
export const enterNode: readonly string[] = "/usr/bin/nsenter --target 1 --mount --uts --ipc --net --pid --".split(" ");

/**
 * Runs a script on a node through a pod that is made for it and goes afterwards. The standard input is an administrator's
 * kubeconfig. Of its variables, `POD` is the pod, and `REMOTE` the script's text; `$1` is the node, `$2` the
 * namespace, and the script's own parameters follow.
 */
export function podScript(input: Input, account: AccountWords | undefined): string {
  const from = {
    nothing: "</dev/null",
    given: "",
    file: fromFile,
    account: account === undefined ? '<"$work/admin"' : '<"$work/account"',
  };
  return `${workFolder}
${keepKubeconfig}
${input === "account" && account !== undefined ? accountKubeconfig(account) : "end_token() { :; }"}
node=$1
namespace=$2
shift 2
# Those that ended by themselves, as whoever made them was killed.
k delete pod --namespace "$namespace" --selector "app.kubernetes.io/name=cni-lab-shell,cni-lab/node=$node" --field-selector status.phase=Failed --ignore-not-found --wait=false >/dev/null
pod=
at_end() {
  [ -z "$pod" ] || k delete --namespace "$namespace" "$pod" --ignore-not-found --wait=false >/dev/null 2>&1 || true
  end_token
}
pod=$(printf '%s' "$POD" | k create --filename - --output name)
k wait --namespace "$namespace" --for=condition=Ready "$pod" --timeout ${podSeconds.ready}s >/dev/null 2>"$work/said" || {
  seen=$(k get --namespace "$namespace" "$pod" --output 'jsonpath={.status.phase} {.status.conditions[*].message} {.status.containerStatuses[*].state}' 2>&1) || true
  echo "$node can't be reached through a pod: $pod is not Ready after ${podSeconds.ready} s: $seen $(cat "$work/said")" >&2
  exit 1
}
# What it says of an exit code is not the script's.
{
  {
    code=0
    kubectl --kubeconfig "$work/admin" exec \${TERMINAL:-} ${input === "nothing" ? "" : "--stdin "}--namespace "$namespace" "$pod" -- \\
      ${enterNode.join(" ")} sh -euc "$REMOTE" sh "$@" ${from[input]} || code=$?
    echo "$code" >"$work/code"
  } 2>&1 >&3 | { grep --line-buffered -v '^command terminated with exit code' >&2 || true; }
} 3>&1
exit "$(cat "$work/code")"`;
}
