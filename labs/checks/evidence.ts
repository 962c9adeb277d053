import type { Cause, Step } from "../../checks/language/check";
import type { CniDefinition } from "../../components/cni/definition";
import { subnetFile } from "../../components/cni/flannel/names";
import { cnis } from "../../components/cni/registry";
import { literal } from "../../lib/literal";

type End = "" | "from." | "to.";

/** Says so where the bridge of Flannel's pods has another address than flanneld's file names. */
const bridgeAndSubnet = [
  `wants=$(sed -n s/^FLANNEL_SUBNET=//p ${subnetFile} 2>/dev/null)`,
  '[ -n "$wants" ] && [ -e /sys/class/net/cni0 ] || exit 0',
  `has=$(ip -4 -o address show dev cni0 | awk '{ print $4 }' | paste -sd,)`,
  '[ "$has" = "$wants" ] || echo "cni0 has [$has], subnet.env has $wants"',
].join("\n");

/** Packets that the kernel has refused for their checksum, by its own counters, and who computes that of a tunnel's. */
const checksums = [
  "nstat -az UdpInCsumErrors TcpInCsumErrors",
  `for link in ${unique(cnis.flatMap(({ tunnels }) => tunnels)).join(" ")}; do`,
  "  [ ! -e /sys/class/net/$link ] || echo $link $(ethtool -k $link | grep tx-checksum-ip-generic)",
  "done",
].join("\n");

/** A node's network as one looks at it by hand: links and rules with counters, routes, CNI configuration. */
export function nodeNetwork(end: End): readonly Step[] {
  const step = (id: string, ...run: readonly string[]): Step => ({ id: idOf(end, id), at: `${end}node`, run });
  return [
    step("links", "ip", "-details", "-statistics", "link", "show"),
    step("addresses", "ip", "-brief", "address", "show"),
    step("routes", "ip", "route", "show"),
    step("filter", "iptables", "-w", "-v", "-n", "-L"),
    step("bridge-address", "sh", "-c", bridgeAndSubnet),
    step("checksums", "sh", "-c", checksums),
    step("conflists", "sh", "-c", "ls /etc/cni/net.d/*.conf* 2>/dev/null || echo no conflist"),
  ];
}

/** One of the links that packets of pods take on every node. */
const downLink = new RegExp(
  `^\\d+: (?<link>${unique(cnis.flatMap(linksOf)).map(literal).join("|")}): <(?![^>]*\\bUP\\b)`,
  "m",
);

function linksOf({ bridge, carrier }: CniDefinition): string[] {
  const by = carrier({});
  return by.by === "vxlan" ? [bridge, by.link] : [bridge];
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}

/** What a node's network shows by itself. */
export function nodeNetworkCauses(end: End): readonly Cause[] {
  return [
    {
      evidence: idOf(end, "links"),
      pattern: downLink,
      says: `{found.link} is down on {${end}node}`,
    },
    {
      evidence: idOf(end, "filter"),
      // iptables 1.8.9 prints protocols as numbers where it is asked for numbers.
      pattern: /^ *(?<packets>\S+) +\S+ +(?:DROP|REJECT) +(?:udp|17) .*dpt:8472\b/m,
      says: `a rule on {${end}node} drops VXLAN (UDP port 8472); it counts {found.packets} packets`,
    },
    {
      evidence: idOf(end, "filter"),
      pattern: /^Chain FORWARD \(policy DROP (?<packets>[1-9]\S*) packets/m,
      says: `the FORWARD chain of {${end}node} drops what no rule accepts; its policy counts {found.packets} packets`,
    },
    {
      evidence: idOf(end, "bridge-address"),
      pattern: /^cni0 has \[(?<has>[^\]]*)\], subnet\.env has (?<wants>\S+)/m,
      says: `cni0 of {${end}node} has the address [{found.has}], and /run/flannel/subnet.env says {found.wants}: new pods there are refused; where the bridge is the wrong one, no packet comes back to the pods either`,
    },
    {
      evidence: idOf(end, "checksums"),
      pattern: /^(?<counter>(?:Udp|Tcp)InCsumErrors) +(?<packets>[1-9]\d*)/m,
      says: `the kernel of {${end}node} has refused {found.packets} packets for a wrong checksum since it started ({found.counter}): where a tunnel's sender leaves it to its card, \`ethtool -K flannel.1 tx-checksum-ip-generic off\` on the other nodes makes the kernel compute it`,
    },
    {
      evidence: idOf(end, "conflists"),
      pattern: /^no conflist/,
      says: `no CNI is configured on {${end}node}: /etc/cni/net.d holds no conflist`,
    },
    {
      evidence: idOf(end, "routes"),
      pattern: /container state improper|is not running|no such container/i,
      says: `the container that is {${end}node} does not run`,
    },
  ];
}

/** What the container runtime and the kubelet of a node say. */
export function nodeServices(end: End): readonly Step[] {
  const step = (id: string, ...run: readonly string[]): Step => ({ id: idOf(end, id), at: `${end}node`, run });
  return [
    step("services", "systemctl", "show", "--property=Id,ActiveState,SubState", "kubelet", "containerd"),
    step("kubelet-log", "journalctl", "--no-pager", "--lines=80", "--unit=kubelet"),
    step("containerd-log", "journalctl", "--no-pager", "--lines=40", "--unit=containerd"),
  ];
}

/** What the state of those services shows by itself. */
export function nodeServicesCauses(end: End): readonly Cause[] {
  const pattern = /^Id=(?<unit>\S+)\nActiveState=(?<state>inactive|failed|activating)/m;
  return [{ evidence: idOf(end, "services"), pattern, says: `{found.unit} is {found.state} on {${end}node}` }];
}

function idOf(end: End, id: string): string {
  return end === "" ? id : `${end.slice(0, -1)}-${id}`;
}
