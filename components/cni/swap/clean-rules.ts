import { quote, quoteWord } from "../../../lib/shell";
import { pattern } from "./own-things";
import type { Residue } from "./residue";

/** Rules are removed by their own text, not by number: kube-proxy may add some meanwhile. */
export function removeRules({ chains, rules }: Residue): string {
  return `
delete_rules() {
  iptables -w 30 -t "$1" -S "$2" 2>/dev/null | grep -e "$3" | while read -r rule; do
    # The text is read by a shell once more, as it holds quotes; what would be run there is left alone.
    case $rule in *'$'* | *'\`'*) say "stays, as it is odd: $rule"; continue ;; esac
    case $rule in
      -A*) stays rule "$1 \${rule#-A }" || eval "iptables -w 30 -t $1 -D \${rule#-A}" ;;
    esac
  done
}
delete_chains() {
  chains=$(iptables -w 30 -t "$1" -S | awk -v name="$2" '$1 == "-N" && index($2, name) == 1 { print $2 }' |
    while read -r chain; do stays chain "$1 $chain" || echo "$chain"; done)
  for chain in $chains; do
    for from in $(iptables -w 30 -t "$1" -S | awk -v chain="$chain" '
      $1 == "-A" { for (i = 3; i < NF; i++) if (($i == "-j" || $i == "-g") && $(i + 1) == chain) print $2 }' | sort -u); do
      delete_rules "$1" "$from" "-[jg] $chain\\( \\|$\\)"
    done
  done
  for chain in $chains; do iptables -w 30 -t "$1" -F "$chain"; done
  for chain in $chains; do iptables -w 30 -t "$1" -X "$chain"; done
}
${rules.map(({ table, chain, holding }) => `delete_rules ${quote([table, chain, holding])}`).join("\n")}
${chains.map(({ table, name }) => `delete_chains ${quote([table, name.replace(/\*$/, "")])}`).join("\n")}`;
}

/** The host ports of containers on the old network. The portmap plugin notes the network's name on each rule. */
export function removePortmapRules({ networkName }: Residue): string {
  const note = quoteWord(`name: \\\\"${networkName}\\\\"`);
  return `
ports() { iptables -w 30 -t nat -S CNI-HOSTPORT-DNAT 2>/dev/null | grep '^-A' || true; }
gone=$(ports | grep -e ${note} | sed 's/.*-j \\(CNI-DN-[0-9a-f]*\\).*/\\1/') || true
for chain in $gone; do
  ! stays chain "nat $chain" || continue
  delete_rules nat CNI-HOSTPORT-DNAT "-j $chain\\( \\|$\\)"
  iptables -w 30 -t nat -F "$chain"
  iptables -w 30 -t nat -X "$chain"
done
if [ -z "$(ports)" ]; then delete_chains nat CNI-HOSTPORT-; fi`;
}

export function removeIpsets({ ipsets }: Residue): string {
  if (ipsets.length === 0) {
    return "";
  }
  return `
for set in $(ipset list -n 2>/dev/null); do
  case $set in ${pattern(ipsets)}) stays ipset "$set" || ipset destroy "$set" ;; esac
done`;
}
