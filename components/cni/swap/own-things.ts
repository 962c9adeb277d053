import { quoteWord } from "../../../lib/shell";
import { nodeRecords } from "./names";
import type { Residue } from "./residue";

/** Names as alternatives of a shell's `case`. */
export function pattern(names: readonly string[]): string {
  return names.map(glob).join(" | ");
}

/** A name, and anything behind it where it ends in `*`. */
export function glob(name: string): string {
  return name.endsWith("*") ? `${quoteWord(name.slice(0, -1))}*` : quoteWord(name);
}

/**
 * Shell functions of a clean-up: which things of a node are the CNI's, and which only have such a name. `$own` is the CNI.
 * A machine has networks, bridges, rules and files of its own, and its record says which were there before any CNI.
 */
export function ownThings({ network }: Pick<Residue, "network">): string {
  return `
record=${nodeRecords}/before
came_here() { [ -e ${nodeRecords}/"$own.json" ] && [ -e "$record" ]; }
newline='
'
tab=$(printf '\\t')
recorded=$newline$(cut -f 1,2 "$record" 2>/dev/null || true)$newline
# A thing by its kind and its name, as they stand in the record.
was_here() { case $recorded in *"$newline$1$tab$2$newline"*) ;; *) return 1 ;; esac; }
stays() { was_here "$1" "$2" && say "stays, as it was here before any CNI: $1 $2"; }
# One of the CNI's name that has only addresses of other networks is somebody else's.
is_own_link() {
  ! stays link "$1" || return 1
  inside=$(ip -4 -o address show dev "$1" | awk '{ sub(/\\/.*/, "", $4); print $4 }' |
    jq -Rnr --arg own ${quoteWord(network)} "$queries"'[inputs] | length == 0 or any(.[]; within($own))')
  [ "$inside" = true ] || { say "stays, as it has no address of ${network}: link $1"; return 1; }
}`;
}
