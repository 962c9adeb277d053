import { z } from "zod";
import { type CniId, cnisWithRouter } from "../../components/cni/registry";

/** A link as `ip -json -details address` tells it; what is not named here is kept as well. */
const link = z.looseObject({
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.number().optional(),
  /** The hardware address. */
  address: z.string().optional(),
  /** The bridge that it is a port of. */
  master: z.string().optional(),
  linkinfo: z
    .looseObject({
      info_kind: z.string().optional(),
      info_data: z
        .looseObject({
          id: z.number().optional(),
          local: z.string().optional(),
          link: z.string().optional(),
          port: z.number().optional(),
        })
        .optional(),
    })
    .optional(),
  addr_info: z.array(z.looseObject({ family: z.string(), local: z.string(), prefixlen: z.number() })),
});

/** A route as `ip -json route` tells it. */
const route = z.looseObject({
  dst: z.string(),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  flags: z.array(z.string()).optional(),
});

const conflist = z.object({
  name: z.string(),
  /** Where it leads, for a link to another file. */
  to: z.string().optional(),
});

/** For each CNI that has a router. */
const routerLines = Object.fromEntries(
  cnisWithRouter.map(({ id }) => [id, z.array(z.string()).optional()]),
) as Readonly<Record<CniId, z.ZodOptional<z.ZodArray<z.ZodString>>>>;

const node = z.object({
  name: z.string(),
  /** Absent for a machine. */
  container: z.string().optional(),
  /** By which the other nodes reach it. */
  address: z.string(),
  /** What was seen on it; absent where it did not answer. */
  seen: z
    .object({
      links: z.array(link),
      routes: z.array(route),
      /** The CNI's files, in the order in which a runtime reads them. */
      conflists: z.array(conflist),
      /** The rules of the FORWARD chain, as `iptables -S` has them. */
      forward: z.array(z.string()),
      machineId: z.string(),
      /** The connections of a CNI's router as it tells them, under the CNI's name; empty where there is none. */
      ...routerLines,
    })
    .optional(),
});

const pod = z.object({
  namespace: z.string(),
  name: z.string(),
  node: z.string().optional(),
  phase: z.string(),
  ready: z.boolean(),
  /** Why a container does not run, in Kubernetes' word. */
  waiting: z.string().optional(),
  hostNetwork: z.boolean(),
  ip: z.string().optional(),
  /** The program that it is, by its recommended label. */
  app: z.string().optional(),
  /** Secondary interfaces, as Multus reports them. */
  networks: z.array(z.object({ interface: z.string(), ips: z.array(z.string()), mac: z.string().optional() })),
  /** Networks that it asks for; those that it has not got are missing above. */
  asksFor: z.array(z.string()),
});

const topology = z.object({
  version: z.literal(1),
  takenAt: z.string(),
  nodes: z.array(node),
  /** Absent where Kubernetes did not answer. */
  pods: z.array(pod).optional(),
  /** The addresses of the stack's DHCP server; absent where there is none. */
  dhcpServer: z.object({ addresses: z.array(z.string()) }).optional(),
  /** What could not be seen, and why: a sentence each. */
  trouble: z.array(z.string()),
});

/** The forms of what is read, for reading it. */
export const formats = { links: z.array(link), routes: z.array(route) } as const;

/** The network of a stack at one moment: what `topology.json` holds. `version` rises when a field goes or changes. */
export type Topology = z.infer<typeof topology>;
export type TopologyNode = z.infer<typeof node>;
export type SeenNode = NonNullable<TopologyNode["seen"]>;
export type SeenPod = z.infer<typeof pod>;
export type Link = z.infer<typeof link>;
export type Route = z.infer<typeof route>;
