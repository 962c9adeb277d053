import { forgetConnections } from "./connections";
import { foundMark } from "./fingerprint";
import { swapPrelude } from "./prelude";

/** The third parameter of the script where pods are not to be recreated. */
export const keepPods = "keep";

/** The third parameter of the script for a CNI that was there before the lab. */
export const foundCni = "found";

/** How long a node's arrival waits for what; in seconds. */
export interface ArrivalDeadlines {
  /** Until pods have ended. */
  readonly pods: number;
  /** Until the node takes pods; after that it goes on. */
  readonly node: number;
}

/**
 * Runs when a CNI has come: `$1` the node, `$2` the CNI's conflist. Where none is in force, the CNI's is from now on.
 *
 * Pods of the node that hold an address of no living network (left by `none`, or by a swap that was killed) are
 * recreated, and the node forgets the connections to those that are gone. Not with `keep` as `$3`, nor where the nodes
 * were not cleaned: there they would get such an address again. Nor with `found`, the first time on a node that had the
 * CNI before the lab.
 *
 * It ends when the node takes pods: a DaemonSet does not count a node that is not Ready, so that it would be rolled out
 * without it, and what comes next would find no pod there.
 */
export function arrivalScript({ pods, node }: ArrivalDeadlines): string {
  return `${swapPrelude}
${forgetConnections}
[ -e "$chosen" ] || choose "$folder/$2"
look
if [ "\${3:-}" = ${foundCni} ] && [ -e ${foundMark} ]; then
  rm ${foundMark}
  say "pods are left as they are: this CNI was here before"
elif [ "\${3:-}" = ${keepPods} ] || [ "$cleanup" = off ]; then
  say "pods are left as they are"
else
  recreate_strays ${pods}
  forget_connections
fi
${waitUntilItTakesPods(node)}
`;
}

/** The taint is what scheduler and DaemonSets go by; the API server puts it on a node that joins. */
const waitUntilItTakesPods = (seconds: number) => `
takes_pods() {
  json=$(get node "$node") || exit 1
  last="it has not joined"
  [ -n "$json" ] || return 1
  last=$(printf '%s' "$json" | jq -r 'if any(.spec.taints[]?; .key == "node.kubernetes.io/not-ready" and .effect == "NoSchedule")
    then first(.status.conditions[]? | select(.type == "Ready").message | select(. != "")) // "it has not said why" else "" end')
  [ -z "$last" ]
}
node_end=$(($(now) + ${seconds}))
until takes_pods; do
  [ "$(now)" -lt "$node_end" ] || { say "takes no pods yet after ${seconds} s, and is left so: $last"; break; }
  sleep 0.5
done`;
