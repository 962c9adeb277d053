import { literal } from "../../../lib/literal";
import { quote, quoteWord } from "../../../lib/shell";
import { cniMarks } from "./names";
import type { Residue } from "./residue";

/**
 * Shell functions of a clean-up: is the CNI still there? What the lab has made is known by its labels, and goes in order.
 * Somebody else's is found by its DaemonSet, by what its pods run, and by its processes. Then the clean-up is refused: it
 * would cut off every pod of the node, and the CNI would make anew what was removed.
 */
export function lifeSigns({ daemonSet, living, units = [] }: Residue): string {
  const { daemonSets, images, programs } = living;
  const words = quote([
    ...["--arg", "namespace", daemonSet?.namespace ?? "", "--arg", "daemonset", daemonSet?.name ?? ""],
    ...["--arg", "image", `(^|[/-])${anyOf(images)}(:|@|$)`, "--arg", "program", `(^|/)${anyOf(programs)}$`],
  ]);
  const inUnit = units.map((unit) => `! grep -qs ${quoteWord(`/${unit}$`)} "$process/cgroup" || continue`);
  return `
refuse() { fail "$own is alive and can't be cleaned away, nothing was removed: $*, and run the update again"; }
foreign_daemonset() {
  of_daemonsets '[.[].metadata | select((.name | test($names)) and .labels["${cniMarks.cni}"] != $own)
    | "--namespace \\(.namespace) \\(.name)"][0] // empty' --arg own "$own" --arg names ${quoteWord(`^${anyOf(daemonSets)}`)}
}
ask_pods() {
  ask 'def known: .metadata.namespace == $namespace and (controller // {} | .kind == "DaemonSet" and .name == $daemonset);
    def runs_it: any(.spec.containers[]?; (.image // "" | test($image)) or any(.command[]?; test($program)));
    def ended: .status.phase == "Succeeded" or .status.phase == "Failed";
    [.items[] | select(.spec.nodeName == $node and (ended | not)) | select('"$1"') | id] | join(", ")' ${words}
}
# Where nodes are not cleaned, somebody else's are of no concern.
living_pods() { if [ "$cleanup" = off ]; then ask_pods known; else ask_pods 'known or runs_it'; fi; }
refuse_foreign() {
  foreign=$(foreign_daemonset)
  [ -z "$foreign" ] ||
    refuse "there is a DaemonSet of it that this program has not made; run kubectl delete daemonset $foreign"
  foreign=$(ask_pods 'runs_it and (known or leaving | not)')
  [ -z "$foreign" ] || refuse "a pod that this program has not made runs it here; delete what made $foreign"
}
# In the node's own network: what a container of this machine runs in one of its own is not the node's.
living_processes() {
  { grep -lxs ${programs.map((name) => `-e ${quoteWord(name)}`).join(" ")} /proc/[0-9]*/comm || true; } | while read -r file; do
    process=\${file%/comm}
    [ "$(readlink "$process/ns/net")" = "$(readlink /proc/self/ns/net)" ] || continue
${inUnit.map((line) => `    ${line}\n`).join("")}    echo "process \${process#/proc/} ($(cat "$process/comm"))"
  done | paste -sd , -
}
refuse_processes() {
  living_end=$(($(now) + $1))
  while :; do
    foreign=$(living_processes)
    [ -n "$foreign" ] || break
    [ "$(now)" -lt "$living_end" ] || refuse "it runs on this node, and no pod of it is known; end $foreign"
    sleep 0.5
  done
}`;
}

/** The names as a group of a regular expression. */
const anyOf = (names: readonly string[]): string => `(${names.map(literal).join("|")})`;
