import { swapPrelude } from "../swap/prelude";
import { routerPages, weaveNet } from "./names";

/**
 * Has every other router of Weave forget a node that leaves: each would go on trying to reach it, and count it among
 * those that it has to be connected with. Its range is given back by Weave itself. Runs on another node: `$1` is that
 * one's name, `$2` the name of the node that leaves, `$3` its address. Where it is Weave that leaves, nothing is done.
 */
export const forgetPeerScript = `${swapPrelude}
look
[ "$desired" = weave ] || exit 0
routers=$(printf '%s' "$pods" | jq -r --arg leaves "$2" '.items[]
  | select(.metadata.namespace == "${weaveNet.namespace}" and .metadata.labels["app.kubernetes.io/name"] == "${weaveNet.appLabel}")
  | select(.status.phase == "Running" and .spec.nodeName != $leaves).metadata.name')
for router in $routers; do
  k --namespace ${weaveNet.namespace} exec "$router" --container weave -- \\
    curl -sS -f -m 5 -o /dev/null --data "peer=$3" ${routerPages}/forget 2>"$errors" ||
    say "$router was not told that $2 leaves: $(cat "$errors")"
done
`;
