import { deleteDatapath } from "./delete-datapath";
import { pattern } from "./own-things";
import type { Residue } from "./residue";

/**
 * The part of a clean-up that removes the CNI's links, and its routes with them: a route on another link is the machine's.
 *
 * No pod that works is on the old network any more, but its link may be there still: the runtime asked the other CNI to
 * remove it, which knows nothing of it, and a connection that can't end keeps its network namespace for minutes.
 */
export function removeLinks({ links, routesInside }: Residue): string {
  return `
links() { ip -o link show "$@" | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }'; }
${deleteDatapath}
# One end of a pair takes the other with it, and a datapath its ports.
delete_link() {
  if kind=$(ip -details link show "$1" 2>/dev/null); then
    case $kind in *" openvswitch "*) delete_datapath "$1" ;; *) ip link delete "$1" ;; esac
  fi
}
for link in $(links); do
  case $link in
    ${pattern(links)})
      ip link show "$link" >/dev/null 2>&1 && is_own_link "$link" || continue
      for attached in $(links master "$link" type veth 2>/dev/null); do stays link "$attached" || delete_link "$attached"; done
      delete_link "$link"
      ;;
  esac
done
${routesInside === undefined ? "" : removeNodeRoutes}`;
}

/** Flannel's on the nodes' LAN: each leads to exactly what another node has of the pods' network, by a gateway. */
const removeNodeRoutes = `
all_nodes=$(get nodes) || exit 1
parts=$(printf '%s' "$all_nodes" | jq -r '.items[].spec | .podCIDRs // [.podCIDR // empty] | .[] | select(contains(":") | not)')
for part in $parts; do
  ip -4 route show exact "$part" | sed 's/ *$//' | while read -r route; do
    # shellcheck disable=SC2086
    set -- $route
    case "$route" in "$part via "*" dev "*) ;; *) continue ;; esac
    stays route "$route" || ip -4 route delete "$1" via "$3" dev "$5" || fail "the route $route can't be removed"
  done
done`;
