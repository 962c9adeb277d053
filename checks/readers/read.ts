import ipaddr from "ipaddr.js";
import { literal } from "../../lib/literal";
import { type Pod, readPods } from "./pod";

/** The network that an address with its prefix lies in: `10.244.1.5/24` is in `10.244.1.0/24`. Other text stays as it is. */
export function networkOf(text: string): string {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return text;
  return `${ipaddr.IPv4.networkAddressFromCIDR(text)}/${text.split("/")[1]}`;
}

/** How many of one port are open: `1` of one that is `open`, else `0`. */
export function openPorts(text: string): string {
  return text === "open" ? "1" : "0";
}

/** The distinct values of a field in a text of JSON objects, one a line, sorted and joined by commas. */
export function distinctField(field: string): (text: string) => string {
  return (text) => {
    const values = text.split("\n").flatMap((line) => {
      const value = fieldOf(line, field);
      return value === undefined ? [] : [value];
    });
    return [...new Set(values)].sort().join(",");
  };
}

function fieldOf(line: string, field: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || !Object.hasOwn(parsed, field)) return undefined;
    return String((parsed as Record<string, unknown>)[field]);
  } catch {
    return undefined;
  }
}

/**
 * The nodes that a Weave router is connected with and its own, sorted and joined by commas, out of its list of peers:
 * a line for each peer, its name first and the node's in brackets, and below it one for each of its connections.
 * A node counts when the connections to and from all others are established, as those others see it too.
 */
export function connectedNodes(text: string): string {
  const peers = new Map<string, Set<string>>();
  let current = new Set<string>();
  for (const line of text.split("\n")) {
    const node = /\(([^)]+)\)/.exec(line)?.[1];
    if (node === undefined) continue;
    if (/^\S/.test(line)) {
      current = new Set();
      peers.set(node, current);
    } else if (/ established\s*$/.test(line)) {
      current.add(node);
    }
  }
  const nodes = [...peers.keys()];
  return nodes
    .filter((node) => nodes.every((other) => other === node || (peers.get(node)?.has(other) ?? false)))
    .sort()
    .join(",");
}

/** Which pod of a list is meant. */
type IsMeant = (pod: Pod) => boolean;

/** Pods of a DaemonSet of this name. */
export const ofDaemonSet =
  (daemonSet: string): IsMeant =>
  ({ owners }) =>
    owners.some(({ kind, name }) => kind === "DaemonSet" && name === daemonSet);

/** Pods of any DaemonSet that run one of these images, each by the last part of its name. */
export const ofDaemonSetRunning =
  (images: readonly string[]): IsMeant =>
  ({ owners, images: run }) =>
    owners.some(({ kind }) => kind === "DaemonSet") &&
    run.some((image) => images.some((name) => new RegExp(`(^|[/-])${literal(name)}(:|@|$)`).test(image)));

/** The name of such a pod in a list of pods as JSON; `none` where there is none. */
export function podName(isMeant: IsMeant): (text: string) => string {
  return (text) => readPods(text)?.find(isMeant)?.name ?? "none";
}

/** Whether that pod is ready: `True`, `False`, or `unknown` where it is not there. */
export function podReady(isMeant: IsMeant): (text: string) => string {
  return (text) => {
    const pod = readPods(text)?.find(isMeant);
    return pod === undefined ? "unknown" : pod.isReady ? "True" : "False";
  };
}

/** Whether the address of a text (`inet 192.168.0.7/24`) lies in its range (`range 192.168.0.1-192.168.0.9`). */
export function insideRange(text: string): string {
  const [, address = ""] = /inet ([\d.]+)/.exec(text) ?? [];
  const [, first = "", last = ""] = /range ([\d.]+)-([\d.]+)/.exec(text) ?? [];
  if (![address, first, last].every((each) => ipaddr.IPv4.isValidFourPartDecimal(each))) return "unknown";
  const [at = "", from = "", to = ""] = [address, first, last].map(sortable);
  return from <= at && at <= to ? "inside" : "outside";
}

/** Whether an address lies in the network behind it: `10.32.0.7 10.32.0.0/12` does. */
export function insideNetwork(text: string): string {
  const [address = "", network = ""] = text.trim().split(" ");
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) || !ipaddr.IPv4.isValidCIDRFourPartDecimal(network))
    return "unknown";
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(network)) ? "inside" : "outside";
}

/** An IPv4 address as a text that sorts as the address does. */
function sortable(address: string): string {
  return address
    .split(".")
    .map((octet) => octet.padStart(3, "0"))
    .join(".");
}
