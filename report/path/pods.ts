import { type Pod, readPods, stateOf } from "../../checks/readers/pod";
import { parseAddress } from "../../lib/cidr";

import type { End } from "./hops";

/** A pod that may be an end of the way. */
export interface PathPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly ip: string;
  readonly restarts: number;
  /** Addresses of its secondary interfaces, by their names. */
  readonly further: Readonly<Record<string, string>>;
}

/** The running pods of a list of kubectl's, by name. */
export function readPathPods(json: string): readonly PathPod[] {
  return (readPods(json) ?? [])
    .flatMap((pod) => {
      const { namespace, name, node, ip, restarts } = pod;
      if (node === undefined || ip === undefined || stateOf(pod) !== "Running") return [];
      return [{ namespace, name, node, ip, restarts, further: furtherOf(pod) }];
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Whoever may edit a pod writes what Multus noted; it goes into commands as root: addresses only. */
function furtherOf(pod: Pod): Record<string, string> {
  const addresses = pod.interfaces.flatMap(({ link, ips: [ip] }) =>
    link === undefined || ip === undefined || parseAddress(ip) === undefined ? [] : [[link, ip] as const],
  );
  return Object.fromEntries(addresses);
}

/** A pod as an end, by one of its interfaces; undefined where it has no such. */
export function endOf({ name, node, ip, further }: PathPod, link: string): End | undefined {
  const address = link === "eth0" ? ip : further[link];
  return address === undefined ? undefined : { pod: name, node, link, address };
}

/** Two pods to look between: of different nodes where there are such, else of one. */
export function twoOf(pods: readonly PathPod[]): readonly [PathPod, PathPod] | undefined {
  const [first, ...others] = pods;
  const second = others.find(({ node }) => node !== first?.node) ?? others[0];
  return first === undefined || second === undefined ? undefined : [first, second];
}
