import type { ContainerEngine } from "../cluster/engine/engine";
import { dhcpServerPart } from "../cluster/engine-labels";
import type { Script } from "../cluster/shell/node-shell";
import { createSide } from "../cluster/side-container";

/** A DHCP server of a lab, as a container beside the nodes. */
export interface ServerPlan {
  readonly stack: string;
  readonly container: string;
  /** @default "": none, as what was made before there were generations */
  readonly generation?: string;
  /** Whose it is. @default "": nobody's, as what was made before there were owners */
  readonly owner?: string;
  /** An image with dnsmasq and ip: the nodes' one. */
  readonly image: string;
  /** The network of the container engine that the server is on. */
  readonly network: string;
  /** The container's address on the LAN that the nodes have theirs on. @default none */
  readonly lanAddress?: string;
  /** The server's own address, with its prefix. */
  readonly address: string;
}

/** The server's interface. */
export const serverLink = "eth1";

const conf = "/etc/cni-lab-dnsmasq.conf";
const pidFile = "/run/dnsmasq.pid";

/** The command line that starts the container; prints its id. dnsmasq comes with its configuration. */
export function createServer(engine: ContainerEngine, { address, network, lanAddress, ...plan }: ServerPlan): string {
  return createSide(engine, {
    ...plan,
    hostname: "dhcp-server",
    part: dhcpServerPart,
    lan: { network, link: serverLink, address: lanAddress },
    // An address of its own, answers to clients that have none yet, and port 67.
    capabilities: ["NET_ADMIN", "NET_RAW", "NET_BIND_SERVICE"],
    run: { text: keepRunning, args: [address] },
  });
}

/**
 * The first process of the container: the shell gives SIGTERM to dnsmasq and ends; a dnsmasq that ended is started
 * again, which is how another configuration comes into force.
 */
export const keepRunning = `
ip address replace "$1" dev ${serverLink}
child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit 0' TERM INT
while :; do
  if [ -s ${conf} ]; then
    dnsmasq --keep-in-foreground --conf-file=${conf} --pid-file=${pidFile} &
    child=$!
    wait "$child" || { echo "dnsmasq ended with $?" >&2; sleep 1; }
    child=
  fi
  sleep 0.2
done`;

/** Seconds in which dnsmasq has to be up with another configuration; far below one is usual. */
const startSeconds = 15;

/**
 * Puts the configuration of standard input in force and waits until dnsmasq serves by it. dnsmasq writes its pid once
 * it listens and has read its leases.
 */
export function configureScript(engine: ContainerEngine, container: string): Script {
  return {
    text: `
cat >${conf}.new
said=$(dnsmasq --test --conf-file=${conf}.new 2>&1) || { echo "$said" >&2; exit 1; }
before=$(cat ${pidFile} 2>/dev/null || true)
mv ${conf}.new ${conf}
[ -z "$before" ] || kill "$before" 2>/dev/null || true
left=${startSeconds * 10}
until now=$(cat ${pidFile} 2>/dev/null) && [ "$now" != "$before" ] && kill -0 "$now" 2>/dev/null; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || { echo "dnsmasq did not come up within ${startSeconds} s; see: ${engine.name} logs $1" >&2; exit 1; }
  sleep 0.1
done`,
    args: [container],
  };
}
