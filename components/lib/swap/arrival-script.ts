import { forgetConnections } from "./connections";
import { swapPrelude } from "./prelude";

/** The third parameter of the script where pods are not to be recreated. */
export const keepPods = "keep";

/**
 * Runs when a CNI has come: `$1` the node, `$2` the CNI's conflist. Where none is in force, the CNI's is from now on.
 *
 * Pods of the node that hold an address of no living network (left by `none`, or by a swap that was killed) are
 * recreated, and the node forgets the connections to those that are gone. Not with `keep` as `$3`, nor where the nodes
 * were not cleaned: there they would get such an address again.
 *
 * @param podSeconds how long the pods may take to end
 */
export function arrivalScript(podSeconds: number): string {
  return `${swapPrelude}
${forgetConnections}
[ -e "$chosen" ] || choose "$folder/$2"
look
if [ "\${3:-}" = ${keepPods} ] || [ "$cleanup" = off ]; then
  say "pods are left as they are"
else
  recreate_strays ${podSeconds}
  forget_connections
fi
`;
}
