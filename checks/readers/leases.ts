import { networkDaemons, networkNames } from "../../components/networks/names";
import { type Pod, readPods } from "./pod";

/** An address that the DHCP server has given out. */
export interface Lease {
  readonly address: string;
  readonly mac: string;
  readonly secondsLeft: number;
}

/** A pod's interface on a network whose addresses are leased. */
export interface LeasedPod {
  readonly name: string;
  readonly node: string;
  readonly address: string;
  readonly mac: string;
  /** When its container started, in milliseconds since 1970: its address is older by a moment. */
  readonly since: number;
}

/** The dhcp daemon of a node, and when it started; it renews what it has asked for itself since, and nothing else. */
export interface Daemon {
  readonly node: string;
  readonly since: number;
}

/**
 * Where an address stands: `renewed` by the daemon of the pod's node; `not renewed`, as that daemon is younger than the
 * pod or gone; `no lease`: the server does not know it any more; `orphan`: no pod has it, and a daemon that still runs
 * should have given it back; `left behind` by a pod whose daemon is gone, until it runs out.
 */
export type LeaseState = "renewed" | "not renewed" | "no lease" | "orphan" | "left behind";

/** An address with everyone who knows of it. */
export interface LeaseRow {
  readonly address: string;
  readonly mac: string;
  readonly secondsLeft?: number;
  readonly pod?: string;
  readonly node?: string;
  readonly state: LeaseState;
}

/** What the server, the pods and the daemons say at one moment. */
export interface LeaseView {
  readonly leases: readonly Lease[];
  readonly pods: readonly LeasedPod[];
  readonly daemons: readonly Daemon[];
  /** For how long the server gives an address out, in seconds. */
  readonly leaseSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Reads dnsmasq's lease file: time of its end, MAC, address, name, client id. */
export function readLeases(text: string, now: number): Lease[] {
  return [...text.matchAll(/^(\d+) ([0-9a-f:]{17}) ([\d.]+) /gim)].map(([, end, mac = "", address = ""]) => ({
    address,
    mac: mac.toLowerCase(),
    secondsLeft: Math.max(0, Number(end) - Math.floor(now / 1000)),
  }));
}

/** Reads the pods with leased addresses, and the daemons, out of a list of all pods as JSON. */
export function readLeasedPods(text: string): Pick<LeaseView, "pods" | "daemons"> {
  const all = readPods(text) ?? [];
  return {
    pods: all.flatMap(leasedPod),
    daemons: all
      .filter(({ owners }) => owners.some(({ name }) => name === networkDaemons.dhcp))
      .flatMap(({ node, startedAt: since }) => (node === undefined || since === undefined ? [] : [{ node, since }])),
  };
}

function leasedPod({ name, node, interfaces, startedAt: since = Number.POSITIVE_INFINITY }: Pod): LeasedPod[] {
  return interfaces.flatMap(({ network, ips: [address], mac }) => {
    const isLeased = network.split("/").at(-1) === networkNames.leased;
    if (!isLeased || node === undefined || address === undefined || mac === undefined) return [];
    return [{ name, node, address, mac, since }];
  });
}

/** Every address that the server or a pod knows of, with where it stands, in the order of the addresses. */
export function leaseRows({ leases, pods, daemons, leaseSeconds, now }: LeaseView): LeaseRow[] {
  // What was given out, or renewed, after the youngest daemon started was so by one that still runs.
  const youngest = Math.max(0, ...daemons.map(({ since }) => since));
  const held = pods.map(({ name, node, address, mac, since }): LeaseRow => {
    const lease = leases.find((one) => one.mac === mac && one.address === address);
    const daemon = daemons.find((one) => one.node === node);
    const renewed = daemon !== undefined && daemon.since <= since;
    const state = lease === undefined ? "no lease" : renewed ? "renewed" : "not renewed";
    return { address, mac, secondsLeft: lease?.secondsLeft, pod: name, node, state };
  });
  const others = leases
    .filter(({ mac }) => !pods.some((pod) => pod.mac === mac))
    .map((lease): LeaseRow => {
      const given = now - (leaseSeconds - lease.secondsLeft) * 1000;
      return { ...lease, state: given >= youngest ? "orphan" : "left behind" };
    });
  const number = (address: string) => address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [...held, ...others].sort((a, b) => number(a.address) - number(b.address));
}

/** The rows of a state, as a sentence names them; empty where there is none. */
export function namesOf(rows: readonly LeaseRow[], states: readonly LeaseState[]): string {
  return rows
    .filter(({ state }) => states.includes(state))
    .map(({ address, mac, pod, node, secondsLeft }) => {
      const left = secondsLeft === undefined ? "" : `, ${secondsLeft} s left`;
      return pod === undefined ? `${address} (${mac}${left})` : `${address} of ${pod} on ${node}`;
    })
    .join(", ");
}

/** Addresses that two pods have at once, with both. */
export function duplicatesOf(pods: readonly LeasedPod[]): string {
  const shared = [...new Set(pods.map(({ address }) => address))].map((address) => ({
    address,
    names: pods.filter((pod) => pod.address === address).map(({ name }) => name),
  }));
  return shared
    .filter(({ names }) => names.length > 1)
    .map(({ address, names }) => `${address} of ${names.join(" and ")}`)
    .join(", ");
}

/** What kubectl is asked for, for `readLeasedPods`. */
export const allPods = ["get", "pods", "--all-namespaces", "-o", "json"] as const;
