import { swapPrelude } from "../swap/prelude";
import { routerPages, weaveNet } from "./names";

/** The fourth parameter of the script where Weave may stay when the program ends: then no node leaves. */
export const ifGone = "if-gone";

/**
 * Has every other router of Weave forget a node that leaves: each would go on trying to reach it, and count it among
 * those that it has to be connected with. Its range is given back by Weave itself. Runs on another node: `$1` is that
 * one's name, `$2` the name of the node that leaves, `$3` its address. Where it is Weave that leaves, nothing is done, nor
 * with `if-gone` as `$4` where the cluster has the node still.
 */
export const forgetPeerScript = `${swapPrelude}
look
[ "$desired" = weave ] || exit 0
if [ "\${4:-}" = ${ifGone} ]; then
  member=$(get node "$2") || exit 1
  [ -z "$member" ] || { say "$2 is a node still"; exit 0; }
fi
routers=$(printf '%s' "$pods" | jq -r --arg leaves "$2" '.items[]
  | select(.metadata.namespace == "${weaveNet.namespace}" and .metadata.labels["app.kubernetes.io/name"] == "${weaveNet.appLabel}")
  | select(.status.phase == "Running" and .spec.nodeName != $leaves).metadata.name')
for router in $routers; do
  k --namespace ${weaveNet.namespace} exec "$router" --container weave -- \\
    curl -sS -f -m 5 -o /dev/null --data "peer=$3" ${routerPages}/forget 2>"$errors" ||
    say "$router was not told that $2 leaves: $(cat "$errors")"
done
`;
