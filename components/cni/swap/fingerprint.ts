import { quoteWord } from "../../../lib/shell";
import { conflistFolder } from "../../cluster/conflist-folder";
import { withoutOwn } from "./found-record";
import { nodeRecords } from "./names";
import type { Residue } from "./residue";

/** One thing of a node's network state, such as a link or an iptables rule. */
export interface Fact {
  readonly kind: FactKind;
  /** What names it: two facts of one kind and name are the same thing. */
  readonly name: string;
  /** Of a link: what it is attached to, and the network namespace of its other end. */
  readonly master?: string;
  readonly peer?: string;
}

const factKinds = ["link", "address", "route", "chain", "rule", "ipset", "file", "folder", "annotation"] as const;
export type FactKind = (typeof factKinds)[number];

/** A fact as people read it, `link cni0`: two of one name are the same thing. */
export const nameOf = ({ kind, name }: Fact): string => `${kind} ${name}`;

/** Those facts that are not among the others. */
export function missingFrom(others: readonly Fact[], facts: readonly Fact[]): Fact[] {
  const known = new Set(others.map(nameOf));
  return facts.filter((fact) => !known.has(nameOf(fact)));
}

/** A running pod, and the network that its runtime gave it. */
export interface WiredPod {
  readonly id: string;
  readonly network: string;
}

/** What a node tells about itself. */
export interface NodeListing {
  /** Before the first CNI came; empty where none has been there. */
  readonly before: readonly Fact[];
  readonly now: readonly Fact[];
  /** What each CNI that has ever been there may leave. */
  readonly cnis: readonly Residue[];
  readonly pods: readonly WiredPod[];
}

/**
 * Prints a node's network state, one fact a line: kind, name and, of a link, master and peer, between tabs.
 *
 * Of the folders that programs keep their state in, the names; of those that CNIs share, every file.
 */
const fingerprint = `
fingerprint() {
  ip -o link show | awk -F': ' '{
    name = $2; sub(/@.*/, "", name)
    master = "-"; if (match($3, / master [^ ]+/)) master = substr($3, RSTART + 8, RLENGTH - 8)
    peer = "-"; if (match($0, /link-netns [^ ]+/)) peer = substr($0, RSTART + 11, RLENGTH - 11)
    print "link\\t" name "\\t" master "\\t" peer }'
  ip -4 -o address show | awk '{ print "address\\t" $4 " on " $2 }'
  ip -4 route show | sed 's/ *$//; s/^/route\\t/'
  for table in filter nat mangle raw; do
    iptables -w 30 -t "$table" -S | awk -v table="$table" '
      $1 == "-N" { print "chain\\t" table " " $2 }
      $1 == "-A" { sub(/^-A /, ""); print "rule\\t" table " " $0 }'
  done
  ipset list -n 2>/dev/null | sed 's/^/ipset\\t/'
  find ${conflistFolder} /opt/cni/bin /var/lib/cni ! -type d 2>/dev/null | sed 's/^/file\\t/'
  # The lab's own units come and go with what it is set to.
  find /etc/default /etc/systemd/system ! -type d ! -name 'cni-lab-*' 2>/dev/null | sed 's/^/file\\t/'
  find /run /opt /var/lib /var/lib/cni /var/lib/cni/networks -mindepth 1 -maxdepth 1 -type d 2>/dev/null | sed 's/^/folder\\t/'
  # A node may read itself, once it has joined.
  if [ -e /etc/kubernetes/kubelet.conf ]; then
    itself=$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout 10s get node "$node" --output json) || return 1
    printf '%s' "$itself" | jq -r '.metadata.annotations // {} | keys[] | "annotation\\t" + .'
  fi
}`;

/** A mark on a node whose first CNI was there before the lab: until that has been looked at, no pod of it is touched. */
export const foundMark = `${nodeRecords}/found`;

/**
 * Writes down, once, what a node is like before a CNI comes, and each time what that CNI may leave. `$node` is set.
 *
 * @param found whether the CNI is there already: what is its own is left out then
 */
export function recordScript(residue: Residue, found = false): string {
  return `${fingerprint}
mkdir -p ${nodeRecords}
if [ ! -e ${nodeRecords}/before ]; then
  ${found ? `fingerprint >${nodeRecords}/all\n  ${withoutOwn(residue)} ${nodeRecords}/all >${nodeRecords}/before.new\n  rm ${nodeRecords}/all\n  : >${foundMark}` : `fingerprint >${nodeRecords}/before.new`}
  mv ${nodeRecords}/before.new ${nodeRecords}/before
fi
printf '%s\\n' ${quoteWord(JSON.stringify(residue))} >${nodeRecords}/${residue.cni}.json
`;
}

/** Seconds in which a node that is just joining must be able to read its own Node. */
const joiningSeconds = 180;

/**
 * Writes down, once, what a node is like: `$1` the node's name in Kubernetes. A node that joins meanwhile has its
 * credentials some seconds before it has its Node, and is read again.
 */
export const recordNodeScript = `
node=$1
${fingerprint}
mkdir -p ${nodeRecords}
end=$(($(date +%s) + ${joiningSeconds}))
until [ -e ${nodeRecords}/before ]; do
  if said=$(fingerprint 2>&1 >${nodeRecords}/before.new); then
    mv ${nodeRecords}/before.new ${nodeRecords}/before
    break
  fi
  [ "$(date +%s)" -lt "$end" ] || { echo "$node can't be read: $said" >&2; exit 1; }
  sleep 1
done`;

/** Prints what `readListing` reads: `$1` the node's name in Kubernetes. Changes nothing. */
export const listingScript = `
node=$1
${fingerprint}
if [ -e ${nodeRecords}/before ]; then sed 's/^/before\\t/' ${nodeRecords}/before; fi
for record in ${nodeRecords}/*.json; do
  if [ -e "$record" ]; then printf 'cni\\t%s\\n' "$(cat "$record")"; fi
done
running=$(ctr --namespace k8s.io tasks list --quiet)
# Multus keeps the records of what it delegates to in a folder of its own.
for result in /var/lib/cni/results/* /var/lib/cni/multus/results/*; do
  [ -e "$result" ] || continue
  jq -r --arg running "$running" '
    select(.ifName == "eth0" and (.containerId as $id | $running | split("\\n") | index($id))) |
    (.cniArgs | map({ key: .[0], value: .[1] }) | from_entries) as $pod |
    "pod\\t\\($pod.K8S_POD_NAMESPACE)/\\($pod.K8S_POD_NAME)\\t\\(.networkName)"' "$result"
done
now=$(fingerprint)
printf '%s\\n' "$now" | sed 's/^/now\\t/'
`;

/** Reads what `listingScript` has printed; lines of other kinds are passed over. */
export function readListing(text: string): NodeListing {
  const listing = { before: [] as Fact[], now: [] as Fact[], cnis: [] as Residue[], pods: [] as WiredPod[] };
  for (const line of text.split("\n")) {
    const [section = "", ...fields] = line.split("\t");
    if (section === "before" || section === "now") {
      listing[section].push(...readFact(fields));
    } else if (section === "cni") {
      listing.cnis.push(JSON.parse(fields.join("\t")));
    } else if (section === "pod") {
      listing.pods.push({ id: fields[0] ?? "", network: fields[1] ?? "" });
    }
  }
  return listing;
}

function readFact([kind, name, master, peer]: readonly string[]): Fact[] {
  const known = factKinds.find((one) => one === kind);
  if (known === undefined || name === undefined) {
    return [];
  }
  const given = (text: string | undefined) => (text === "-" ? undefined : text);
  return [{ kind: known, name, master: given(master), peer: given(peer) }];
}
