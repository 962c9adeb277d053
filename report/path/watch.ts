import { setTimeout as delay } from "node:timers/promises";
import type { ClusterAccess } from "../../checks/engine/access";
import { readSockets, type Sockets } from "../../checks/readers/sockets";
import { CommandFailed } from "../../lib/command-failed";

import type { Counted, End, Hop } from "./hops";

/** A port that nobody uses: what listens on the cluster's own port must not get what is no message of it. */
const port = 54399;

/** How many datagrams of each kind are sent, and for how long is watched; the watchers start through podman. */
const sent = 8;
const watchSeconds = 8;

/** Of packets that VXLAN carries, what is inside: outer headers are 14 + 20 + 8 + 8 bytes, the inner Ethernet one 14. */
const inner = { address: "ether[80:4]", port: "ether[86:2]" } as const;

/** Finds the network namespace of the pod that has `$address` on `$link`. */
const findNamespace = `namespace=
for each in /run/netns/*; do
  if nsenter --net="$each" ip -4 -o addr show dev "$link" 2>/dev/null | grep -qF " inet $address/"; then namespace=$each; fi
done
[ -n "$namespace" ] || { echo "no pod here has the address $address on $link" >&2; exit 1; }
`;

/**
 * `$1` the pod's address, `$2` its interface, `$3` seconds, `$4` the group, `$5` the other pod's address, `$6` `out` for the
 * pod that sends and `in` for the other, then the places. Prints a line for each place and kind, and the sockets of the
 * pod's network namespace.
 *
 * At the pod itself only the packet's own direction counts: a bridge in hairpin mode gives a pod back what it has sent.
 */
const watchScript = `
address=$1 link=$2 seconds=$3 group=$4 other=$5 direction=$6
shift 6
if [ "$direction" = out ]; then at_node=in; else at_node=out; fi
${findNamespace}number() { echo "$1" | awk -F. '{ printf "0x%02x%02x%02x%02x", $1, $2, $3, $4 }'; }
peer=$(nsenter --net="$namespace" ip -o link show dev "$link" | sed -n 's/^[0-9]*: [^@]*@if\\([0-9]*\\):.*/\\1/p')
veth=$(ip -o link show | awk -F'[:@ ]+' -v index_of="$peer" '$1 == index_of { print $2 }')
count() {
  # What VXLAN carries is told in a second line, which has no time before it.
  seen=$(timeout "$seconds" "$@" 2>/dev/null | grep -c '^[0-9]' || true)
  echo "seen $place $kind $seen"
}
place=0
for at in "$@"; do
  for kind in multicast unicast; do
    if [ "$kind" = multicast ]; then to=$group; else to=$other; fi
    plain="udp and dst host $to and dst port ${port}"
    wrapped="udp dst port \${at%%@*} and ${inner.address} = $(number "$to") and ${inner.port} = ${port}"
    case $at in
      pod) count nsenter --net="$namespace" tcpdump -tt -n -l -Q "$direction" -i "$link" "$plain" & ;;
      veth) count tcpdump -tt -n -l -Q "$at_node" -i "\${veth:-none}" "$plain" & ;;
      *@*) count tcpdump -tt -n -l -i "\${at#*@}" "$wrapped" & ;;
      *) count tcpdump -tt -n -l -i "$at" "$plain" & ;;
    esac
  done
  place=$((place + 1))
done
wait
for file in igmp udp tcp tcp6; do
  nsenter --net="$namespace" sed "s/^/$file /" "/proc/net/$file" 2>/dev/null || true
done
`;

/** `$1` the pod's address, `$2` its interface, `$3` the group, `$4` the other pod's address: sends one of each, in turn. */
const sendScript = `
address=$1 link=$2 group=$3 other=$4
${findNamespace}i=0
while [ $i -lt ${sent} ]; do
  echo path | nsenter --net="$namespace" socat -u STDIN "UDP4-DATAGRAM:$group:${port},ip-multicast-ttl=4,ip-multicast-if=$address"
  echo path | nsenter --net="$namespace" socat -u STDIN "UDP4-SENDTO:$other:${port},bind=$address" || true
  sleep 0.25
  i=$((i + 1))
done
`;

/** What was seen while datagrams were sent from one pod to the group, and to the other pod. */
export interface Watched {
  readonly sent: number;
  readonly hops: readonly Counted[];
  readonly sockets: { readonly from: Sockets; readonly to: Sockets };
}

/** Sends, and counts at each hop. @throws CommandFailed when a node or a pod can't be looked at */
export async function watch(
  access: ClusterAccess,
  { from, to, group, hops }: { from: End; to: End; group: string; hops: readonly Hop[] },
): Promise<Watched> {
  const timeoutMs = (watchSeconds + 10) * 1000;
  const side = async (end: Hop["end"], { node, pod, address, link }: End) => {
    const places = hops.filter((hop) => hop.end === end).map(placeOf);
    const words = [address, link, String(watchSeconds), group, to.address, end === "from" ? "out" : "in", ...places];
    const ran = await access.node(node, ["sh", "-euc", watchScript, "sh", ...words], { timeoutMs });
    if (ran.exitCode !== 0) {
      throw new CommandFailed(`${node} can't be watched at ${pod} (exit code ${ran.exitCode}): ${ran.stderr.trim()}`);
    }
    return ran.stdout;
  };
  const watching = Promise.all([side("from", from), side("to", to)]);
  const sending = delay(2_000).then(() =>
    access.node(from.node, ["sh", "-euc", sendScript, "sh", from.address, from.link, group, to.address], { timeoutMs }),
  );
  const [[seenFrom, seenTo], sender] = await Promise.all([watching, sending]);
  if (sender.exitCode !== 0) {
    throw new CommandFailed(`nothing could be sent from ${from.pod}: ${sender.stderr.trim()}`);
  }
  return {
    sent,
    hops: counted(hops, { from: seenFrom, to: seenTo }),
    sockets: { from: socketsOf(seenFrom), to: socketsOf(seenTo) },
  };
}

function placeOf({ at }: Hop): string {
  return typeof at === "string" ? at : at.vxlan === undefined ? at.link : `${at.vxlan}@${at.link}`;
}

/** Each side numbers its own hops. */
function counted(hops: readonly Hop[], seen: Readonly<Record<Hop["end"], string>>): Counted[] {
  return hops.map((hop, i) => {
    const place = hops.slice(0, i).filter(({ end }) => end === hop.end).length;
    const of = (kind: string) =>
      Number(new RegExp(`^seen ${place} ${kind} (\\d+)$`, "m").exec(seen[hop.end])?.[1] ?? 0);
    return { ...hop, multicast: of("multicast"), unicast: of("unicast") };
  });
}

function socketsOf(text: string): Sockets {
  const file = (name: string) =>
    text
      .split("\n")
      .flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []))
      .join("\n");
  return readSockets({ igmp: file("igmp"), udp: file("udp"), tcp: `${file("tcp")}\n${file("tcp6")}` });
}
