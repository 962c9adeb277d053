import { quote, quoteWord } from "../../../lib/shell";
import type { NodeState } from "./in-force";

/** What happens to a packet on its way through a node that no rule accepts or refuses. */
export type ForwardPolicy = "accept" | "drop";

/** Whose rules let the packets of Flannel's overlay through: Flannel's own, nobody's, or the one that people add by hand. */
export type OverlayRules = "flannel" | "none" | "by-hand";

/** The comment of every rule of the lab's own begins so. */
export const ruleMark = "cni-lab:";

const rule = (use: string, ...match: readonly string[]) => [
  ...match,
  ...["-m", "comment", "--comment", `${ruleMark} ${use}`, "-j", "ACCEPT"],
];

/** As Docker does for docker0: what a node's own containers send is let through, to another node as to a neighbour. */
const ownPods = rule("pods may send", "-i", "cni0");

/** The article's cure: what the overlay brings to the node's pods. */
const overlayMatch = ["-i", "flannel.1", "-o", "cni0"] as const;
const overlay = rule("the overlay may come in", ...overlayMatch);

const functions = `
has() { iptables -w 30 -C FORWARD "$@" 2>/dev/null; }
add() { has "$@" || iptables -w 30 -A FORWARD "$@"; }
remove() { while has "$@"; do iptables -w 30 -D FORWARD "$@"; done; }`;

/** The policy that a node had before: a firewall's own must be there again in the end. */
const policyFile = "/etc/cni-lab/forward-policy";

const keepPolicy = `
[ -s ${policyFile} ] || iptables -w 30 -S FORWARD | sed -n 's/^-P FORWARD //p' >${policyFile}`;

/** What was taken over without a note of it, by an older version, accepted all. */
const restorePolicy = `
iptables -w 30 -P FORWARD "$(cat ${policyFile} 2>/dev/null || echo ACCEPT)"
rm -f ${policyFile}`;

/** Flannel leaves its chain in place when it is told to have none. A jump is read by a shell once more: plain words only. */
const removeFlannels = `
iptables -w 30 -S FORWARD | grep -e '-j FLANNEL-FWD$' | while read -r _ jump; do
  case $jump in *'$'* | *'\`'*) echo "stays, as it is odd: $jump" >&2; continue ;; esac
  eval "iptables -w 30 -D $jump"
done
if iptables -w 30 -n -L FLANNEL-FWD >/dev/null 2>&1; then
  iptables -w 30 -F FLANNEL-FWD
  iptables -w 30 -X FLANNEL-FWD
fi`;

/** A node's FORWARD chain: its policy, and the rules by which pods of different nodes reach each other. */
export function forwarding(policy: ForwardPolicy, rules: OverlayRules): NodeState {
  return {
    name: "forwarding",
    description: "The FORWARD chain of this lab's nodes",
    apply: [
      functions,
      keepPolicy,
      `iptables -w 30 -P FORWARD ${quoteWord(policy.toUpperCase())}`,
      `${policy === "drop" ? "add" : "remove"} ${quote(ownPods)}`,
      `${rules === "by-hand" ? "add" : "remove"} ${quote(overlay)}`,
      ...(rules === "flannel" ? [] : [removeFlannels]),
      // Somebody's own, who has mended this node: nobody's rules are wanted.
      ...(rules === "none" ? [`remove ${quote([...overlayMatch, "-j", "ACCEPT"])}`] : []),
    ].join("\n"),
    undo: [functions, restorePolicy, `remove ${quote(ownPods)}`, `remove ${quote(overlay)}`].join("\n"),
  };
}
