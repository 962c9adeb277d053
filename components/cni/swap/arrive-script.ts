import { quoteWord } from "../../../lib/shell";
import { recordScript } from "./fingerprint";
import { nodeRecords } from "./names";
import { requirePrograms } from "./node-programs";
import { swapPrelude } from "./prelude";
import type { Residue } from "./residue";

/** Which CNIs can be beside which on a node. */
export interface Company {
  /** Whether the one that comes can be beside no other. */
  readonly exclusive: boolean;
  /** The conflists of those that can't, whichever comes. */
  readonly exclusiveConflists: readonly string[];
}

/**
 * Runs before a CNI comes to a node: `$1` the node. Notes what the node is like, and what the CNI may leave. Where another
 * CNI is in force its conflist is held on to: that of the new one may sort before it and appears before its network works.
 *
 * It fails, and nothing of the CNI is made, where the node lacks a program that any script of a swap calls, beside a CNI that can't be beside this one, and on a machine that has a use of
 * its own for the CNI's addresses or files.
 *
 * @param found whether the CNI may be there already, as somebody has made it
 */
export function arriveScript(residue: Residue, company: Company, found = false): string {
  return `${swapPrelude}
${requirePrograms}
own=${quoteWord(residue.cni)}
${refuseCompany(residue, company)}
${refuseOverlap(residue)}
${refuseFiles(residue)}
${recordScript(residue, found)}
first=$(in_force)
case $first in
  "" | "$chosen" | *.conf | *.json | "$folder"/${quoteWord(residue.conflist)}) ;;
  *)
    choose "$first"
    say "stays with $(network_of "$first") until its handover"
    ;;
esac
`;
}

/** Before anything is made of the CNI: one that can't be beside another neither comes to one nor lets one come. */
function refuseCompany({ conflist }: Residue, { exclusive, exclusiveConflists }: Company): string {
  const names = exclusive ? ["*.conflist"] : exclusiveConflists;
  const unwanted = names.map((name) => `"$folder"/${name}`).join(" ");
  return `
for file in ${unwanted}; do
  case $file in "$chosen" | "$folder"/${quoteWord(conflist)} | "$folder/*.conflist") continue ;; esac
  [ ! -e "$file" ] ||
    fail "$own can't come beside $(network_of "$file"), whose $file is here: set cni to none first, with nodes cleaned (nodeCleanup), then to $own"
done`;
}

/**
 * A machine of its own life has addresses and routes: where they are inside the CNI's network, packets to them would go
 * to pods instead. A default route is none of them, nor are its two halves, by which VPNs write one. Where the CNI is
 * already, its own routes are there too, and some lead over links of the machine.
 */
function refuseOverlap({ conflist, links, network }: Residue): string {
  const own = links.map((name) => name.replaceAll(".", "\\.").replace(/\*$/, ".*")).join("|");
  return `
overlapping() {
  {
    ip -4 -o address show | awk '{ print $4 "\\t" $2 "\\taddress " $4 " on " $2 }'
    ip -4 route show table all | awk '
      $1 ~ /^(local|broadcast|multicast|anycast)$/ { next }
      { target = $1 ~ /^(unicast|blackhole|unreachable|prohibit|throw)$/ ? $2 : $1
        link = "-"; for (i = 1; i < NF; i++) if ($i == "dev") link = $(i + 1)
        print target "\\t" link "\\troute " $0 }'
  } | jq -Rnr --arg own ${quoteWord(network)} --arg links ${quoteWord(`^(${own})$`)} "$queries"'
    def reach: split("/") as [$base, $prefix] | pow(2; 32 - ($prefix // "32" | tonumber)) as $size
      | ($base | number / $size | floor) * $size | [., . + $size];
    ($own | reach) as [$first, $past]
    | [inputs | split("\\t") | select((.[1] | test($links) | not) and .[0] != "default" and (.[0] | test("/[01]$") | not))
      | (.[0] | reach) as [$from, $to] | select($from < $past and $first < $to) | .[2] | sub(" +$"; "")] | join("; ")'
}
if [ ! -e "$folder"/${quoteWord(conflist)} ]; then
  taken=$(overlapping)
  [ -z "$taken" ] ||
    fail "$own can't come: its network ${network} has addresses that this node uses otherwise; give it another network. Here are: $taken"
fi`;
}

/** A service of the same name would be overwritten. */
function refuseFiles({ files = [] }: Residue): string {
  if (files.length === 0) {
    return "";
  }
  return `
if [ ! -e ${nodeRecords}/"$own.json" ]; then
  for file in ${files.map(quoteWord).join(" ")}; do
    [ ! -e "$file" ] || fail "$own can't come: it would overwrite $file, which is not its own; move that away first"
  done
fi`;
}
