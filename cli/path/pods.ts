import { z } from "zod";
import { networkAnnotations } from "../../components/networks/names";
import { parseAddress } from "../../lib/cidr";
import { parseJson } from "../../lib/json";

import type { End } from "./hops";

/** A pod that may be an end of the way. */
export interface PathPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly ip: string;
  readonly restarts: number;
  /** Addresses of its further interfaces, by their names. */
  readonly further: Readonly<Record<string, string>>;
}

const listed = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        namespace: z.string(),
        name: z.string(),
        annotations: z.record(z.string(), z.string()).optional(),
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({ nodeName: z.string().optional() }),
      status: z.object({
        phase: z.string().optional(),
        podIP: z.string().optional(),
        containerStatuses: z.array(z.object({ restartCount: z.number() })).optional(),
      }),
    }),
  ),
});

const interfaces = z.array(z.object({ interface: z.string().optional(), ips: z.array(z.string()).optional() }));

/** The running pods of a list of kubectl's, by name. */
export function readPathPods(json: string): readonly PathPod[] {
  const { items } = listed.parse(JSON.parse(json));
  return items
    .flatMap(({ metadata, spec: { nodeName }, status }) => {
      const { podIP, phase, containerStatuses = [] } = status;
      if (nodeName === undefined || podIP === undefined || phase !== "Running" || metadata.deletionTimestamp) return [];
      return [
        {
          namespace: metadata.namespace,
          name: metadata.name,
          node: nodeName,
          ip: podIP,
          restarts: containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
          further: furtherOf(metadata.annotations?.[networkAnnotations.status]),
        },
      ];
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Whoever may edit a pod writes this annotation; what it holds goes into commands as root: addresses only. */
function furtherOf(annotation: string | undefined): Record<string, string> {
  const all = interfaces.safeParse(parseJson(annotation)).data ?? [];
  return Object.fromEntries(
    all.flatMap(({ interface: link, ips }) => {
      const ip = ips?.[0];
      return link === undefined || ip === undefined || parseAddress(ip) === undefined ? [] : [[link, ip]];
    }),
  );
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
