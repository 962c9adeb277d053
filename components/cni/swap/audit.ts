import { overlaps, parseCidr } from "../../../lib/cidr";
import { conflistFolder } from "../../cluster/conflist-folder";
import { ruleMark } from "../../cluster/node-state/forwarding";
import { type AddOn, multusAddOn } from "./add-ons";
import { type Fact, missingFrom, type NodeListing } from "./fingerprint";
import { chosenConflist, nodeRecords } from "./names";
import type { Residue } from "./residue";

/** A thing that should not be there, and whose it is. */
export interface Leftover {
  readonly fact: Fact;
  /** The CNI or add-on that made it; undefined where nobody is known to make such things. */
  readonly owner?: string;
}

/** What has changed on a node since before its first CNI. */
export interface Audit {
  /** What the CNI that the node is to have has made. */
  readonly own: readonly Fact[];
  /** What neither that CNI, nor Kubernetes, nor a running pod owns. */
  readonly leftovers: readonly Leftover[];
  /** What was there before and is not any more. */
  readonly missing: readonly Fact[];
  /** Pods that still hold an address of a network that is not this CNI's. */
  readonly strayed: readonly string[];
}

/**
 * Sets aside, by owner, what may differ from the node before its first CNI: what kube-proxy and the kubelet make, what
 * belongs to running pods, and what the CNI `current` and the add-ons make. The rest is left over.
 *
 * @param current a CNI's name, or "none".
 * @param addOns what is there beside the CNI.
 */
export function auditNode(
  { before, now, cnis, pods }: NodeListing,
  current: string,
  addOns: readonly AddOn[] = [],
): Audit {
  const residue = cnis.find(({ cni }) => cni === current);
  const own: Fact[] = [];
  const leftovers: Leftover[] = [];
  for (const fact of missingFrom(before, now).filter((one) => !isShared(one))) {
    // Two CNIs may make links of one name, never beside each other.
    const isMadeBy = (cni: Residue) => owns(cni, fact, { before, now });
    const maker = residue !== undefined && isMadeBy(residue) ? residue : cnis.find(isMadeBy);
    const owner = maker?.cni ?? [multusAddOn].find((one) => keeps(one, fact))?.name;
    if (owner === current || isHoldOn(fact, current) || isAboutLinksOf(residue, fact)) {
      own.push(fact);
    } else if (!addOns.some(({ name }) => name === owner) && (owner !== undefined || !isOfPod(fact, current))) {
      leftovers.push({ fact, owner });
    }
  }
  return {
    own,
    leftovers,
    missing: missingFrom(now, before).filter((one) => !isShared(one)),
    strayed: pods
      .filter(
        (pod) => cnis.some(({ networkName }) => networkName === pod.network) && pod.network !== residue?.networkName,
      )
      .map(({ id }) => id),
  };
}

/** Folders that the node's own programs and this lab keep, whatever the CNI; the CNIs share the last three. */
const sharedFolders: readonly string[] = [
  ...["/run/mount", "/run/netns", "/run/credentials", "/var/lib/kubelet", "/var/lib/etcd", nodeRecords],
  ...["/var/lib/cni", "/var/lib/cni/results", "/var/lib/cni/networks"],
];

/** What kube-proxy, the kubelet, the node and this lab own, whatever the CNI. */
function isShared({ kind, name }: Fact): boolean {
  switch (kind) {
    case "rule":
      return /\bKUBE-/.test(name) || name.includes(` --comment "${ruleMark} `);
    case "chain":
      return /\bKUBE-/.test(name);
    case "file":
      // The loopback of every pod, and what the runtime's plugins lock their folders by.
      return /^\/var\/lib\/cni\/(results\/cni-loopback-|networks\/.*lock$)/.test(name);
    case "folder":
      return sharedFolders.includes(name);
    case "annotation":
      return /(^|\.)kubernetes\.io\//.test(name);
    default:
      return false;
  }
}

/** True when the add-on makes such a thing. */
function keeps({ paths }: AddOn, { kind, name }: Fact): boolean {
  return (kind === "file" || kind === "folder") && paths.some((path) => matches(path, name) || isAtOrIn(path, name));
}

/** The link to the conflist in force, which is there with any CNI. */
function isHoldOn({ kind, name }: Fact, current: string): boolean {
  return kind === "file" && name === `${conflistFolder}/${chosenConflist}` && current !== "none";
}

/** A rule that somebody added by hand, by the names of the CNI's links: without the CNI it would be left over. */
function isAboutLinksOf(cni: Residue | undefined, { kind, name }: Fact): boolean {
  const links = [...name.matchAll(/ -[io] (\S+)/g)].map(([, link = ""]) => link);
  return cni !== undefined && kind === "rule" && links.some((link) => isLinkOf(cni, link));
}

/** A running pod's link. Without a CNI it leads nowhere and goes with its pod; with one it is attached to that CNI's. */
function isOfPod({ kind, peer }: Fact, current: string): boolean {
  return kind === "link" && peer !== undefined && current === "none";
}

/** True when the CNI makes such a thing. */
export function owns(cni: Residue, fact: Fact, { before, now }: Pick<NodeListing, "before" | "now">): boolean {
  const { kind, name } = fact;
  switch (kind) {
    case "link":
      return isLinkOf(cni, name) || (fact.master !== undefined && isLinkOf(cni, fact.master));
    case "address":
      return isLinkOf(cni, name.replace(/^.* on /, ""));
    case "route":
      return isRouteOf(cni, name, before);
    case "chain":
      return cni.chains.some((chain) => matches(`${chain.table} ${chain.name}`, name)) || isPortmapOf(cni, name, now);
    case "rule":
      return (
        cni.chains.some(({ table, name: chain }) => namesChain(name, table, chain)) ||
        cni.rules.some(
          ({ table, chain, holding }) => name.startsWith(`${table} ${chain} `) && name.includes(holding),
        ) ||
        isPortmapOf(cni, name, now)
      );
    case "ipset":
      return cni.ipsets.some((set) => matches(set, name));
    case "file":
    case "folder":
      return isPathOf(cni, name);
    case "annotation":
      return cni.nodeAnnotations.some((beginning) => name.startsWith(beginning));
  }
}

const isLinkOf = ({ links }: Residue, name: string): boolean => links.some((link) => matches(link, name));

function isRouteOf(cni: Residue, route: string, before: readonly Fact[]): boolean {
  const [, device] = / dev (\S+)/.exec(route) ?? [];
  if (device !== undefined && isLinkOf(cni, device)) {
    return true;
  }
  // What another link leads to without a gateway is the machine's own.
  if (cni.routesInside === undefined || !route.includes(" via ")) {
    return false;
  }
  // A CNI's lead over the nodes' LAN. Over a link that came later, as a VPN's, they are somebody else's.
  if (before.length > 0 && !before.some(({ kind, name }) => kind === "link" && name === device)) {
    return false;
  }
  const [destination = ""] = route.split(" ");
  const target = parseCidr(destination.includes("/") ? destination : `${destination}/32`);
  const network = parseCidr(cni.routesInside);
  return target !== undefined && network !== undefined && overlaps(network, target);
}

/** A rule of the chain, or one that leads to it. */
function namesChain(rule: string, table: string, chain: string): boolean {
  const [ruleTable, ruleChain = ""] = rule.split(" ");
  const [, target = ""] = / -[jg] (\S+)/.exec(rule) ?? [];
  return ruleTable === table && (matches(chain, ruleChain) || matches(chain, target));
}

/** The portmap plugin notes the network's name on each of its rules, and names its chains by a digest. */
function isPortmapOf({ networkName }: Residue, name: string, all: readonly Fact[]): boolean {
  const chains = /\bCNI-(?:DN-[0-9a-f]+|HOSTPORT-[A-Z]+)/.exec(name);
  if (chains === null) {
    return false;
  }
  const noted = all.filter((one) => one.kind === "rule" && one.name.includes(`name: \\"${networkName}\\"`));
  return chains[0].startsWith("CNI-HOSTPORT-") ? noted.length > 0 : noted.some((one) => one.name.includes(chains[0]));
}

function isPathOf({ conflist, networkName, folders, files = [], binaries }: Residue, path: string): boolean {
  return (
    path === `${conflistFolder}/${conflist}` ||
    path.startsWith(`/var/lib/cni/results/${networkName}-`) ||
    isAtOrIn(`/var/lib/cni/networks/${networkName}`, path) ||
    path.startsWith(`/var/lib/cni/multus/results/${networkName}-`) ||
    folders.some((folder) => isAtOrIn(folder, path)) ||
    files.includes(path) ||
    binaries.some((name) => matches(`/opt/cni/bin/${name}`, path))
  );
}

const isAtOrIn = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Names that end in `*` are beginnings. */
const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
