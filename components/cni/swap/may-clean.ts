import { quote, quoteWord } from "../../../lib/shell";
import { lifeSigns } from "./life-signs";
import { cniMarks, cutOffMark } from "./names";
import type { Residue } from "./residue";

/** How long a clean-up waits for what; in seconds. */
export interface CleanDeadlines {
  /** Until the pods of a deleted DaemonSet have ended. */
  readonly pods: number;
  /** Until processes of the CNI have ended, once its pods have. */
  readonly processes: number;
  /** Until the last pods are off the old network. */
  readonly strays: number;
}

/**
 * The part of the clean-up's script that goes on only where it may clean: else it ends the script, well or by a failure.
 * Sets `$rolling`, `yes` where another CNI follows, and where none does `$marking`, a process to wait for.
 */
export function mayClean(residue: Residue, { pods, processes, strays }: CleanDeadlines): string {
  const { daemonSet, units = [] } = residue;
  return `${lifeSigns(residue)}
look
wished=$desired
rolling=yes
case $desired in none | "$own") rolling=no ;; esac
living=$(of_cnis '.[].metadata | select(.labels["${cniMarks.cni}"] == $own) | tojson' --arg own "$own")
if [ -n "$living" ] && [ "$desired" = "$own" ]; then say "$own stays"; exit 0; fi
${units.map(staysWith).join("\n")}
[ "$cleanup" = off ] || refuse_foreign
if ! came_here; then
  say "$own never came here, by the record of this node: nothing is removed"
  exit 0
fi
${daemonSet === undefined ? "" : deleteLeftDaemonSet(daemonSet)}
end=$(($(now) + ${pods}))
while :; do
  left=$(living_pods)
  [ -n "$left" ] || break
  [ "$(now)" -lt "$end" ] || fail "$own's pods have not ended after ${pods} s: $left"
  sleep 0.5
  look
done
if [ "$cleanup" = off ]; then
  say "nodes are not cleaned: what $own left stays"
  [ "$rolling$recreate" != yeson ] || recreate_once ${strays}
  exit 0
fi
refuse_processes ${processes}
if [ "$rolling$recreate" = yeson ]; then
  recreate_strays ${strays}
  look
fi
# An engine that was killed can have left this waiting, while the next one brings the CNI back.
if [ "$desired" = "$own" ] && [ "$wished" != "$own" ]; then say "$own comes back"; exit 0; fi
# Their addresses may be inside the network of the CNI that comes next, but their links will be gone.
mark_cut_off() {
  ask '[.items[] | select(.spec.nodeName == $node and strayed($networks)).metadata] | group_by(.namespace)[]
      | "\\(.[0].namespace) \\(map(.name) | join(" "))"' |
    while read -r namespace names; do
      # shellcheck disable=SC2086
      k annotate pod --namespace "$namespace" $names --overwrite ${cutOffMark}="$own" >/dev/null
    done
}
[ "$rolling" = yes ] || { mark_cut_off & marking=$!; }`;
}

/** A service is to stay whose unit is there: that goes when the service is deleted. */
const staysWith = (unit: string) =>
  `if [ "$desired" = "$own" ] && [ -e /etc/systemd/system/${quoteWord(unit)} ]; then say "$own stays"; exit 0; fi`;

/**
 * Pulumi deletes the DaemonSet before this runs, unless it does not know it: its creation was cut short. Then no pod was
 * moved to this CNI, and a pod that has an address of it all the same must not lose it here.
 */
function deleteLeftDaemonSet({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  const kubectl = `kubectl delete daemonset --namespace ${namespace} ${name}`;
  return `if [ -n "$living" ]; then
  networks=$(printf '%s' "$living" | jq -r '.annotations["${cniMarks.network}"] // empty')
  held=$(ask '[.items[] | select(wired and (leaving | not) and (strayed($networks) | not)) | id] | join(", ")')
  [ "$rolling" = no ] || [ -z "$held" ] ||
    fail "$own can't be cleaned away: these pods use it; run ${kubectl}, which cuts them off: $held"
  say "deletes ${namespace}/${name}, which was left by an update that was cut short"
  k delete daemonset ${quote([name, "--namespace", namespace])} --ignore-not-found >/dev/null
  look
fi`;
}
