import { z } from "zod";
import { networkAnnotations } from "../../components/networks/names";
import { parseJson } from "../../lib/json";

/** A pod, as far as anything of the lab looks at one: what is absent is not known, or not there yet. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What it was made by, such as a DaemonSet. */
  readonly owners: readonly { readonly kind: string; readonly name: string }[];
  /** The node that it is on, or is to be on. */
  readonly node?: string;
  /** Whether it is on the node's own network. */
  readonly hostNetwork: boolean;
  readonly ip?: string;
  readonly phase: string;
  /** Whether it is to go. */
  readonly isLeaving: boolean;
  readonly isReady: boolean;
  /** Why a container of it does not run, in Kubernetes' word. */
  readonly waiting?: string;
  /** How often its containers were started again, all together. */
  readonly restarts: number;
  /** When its first container started, in milliseconds since 1970. */
  readonly startedAt?: number;
  readonly images: readonly string[];
  /** Its interfaces, the CNI's among them, as Multus notes them: whoever may edit the pod may write there too. */
  readonly interfaces: readonly PodInterface[];
  /** The networks that it asks Multus for. */
  readonly asksFor: readonly string[];
}

/** An interface of a pod. */
export interface PodInterface {
  /** The network's name, its namespace before it where the pod's is another one. */
  readonly network: string;
  /** Its name inside the pod; absent for a network without one. */
  readonly link?: string;
  /** Whether the pod's default network made it, which is the CNI's. */
  readonly isDefault: boolean;
  /** Addresses without a prefix. */
  readonly ips: readonly string[];
  readonly mac?: string;
}

const container = z.object({
  restartCount: z.number().optional(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional() }).optional(),
      running: z.object({ startedAt: z.string().optional() }).optional(),
    })
    .optional(),
});

const format = z.object({
  metadata: z.object({
    namespace: z.string().default(""),
    name: z.string(),
    uid: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(z.object({ kind: z.string().default(""), name: z.string().default("") })).default([]),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z
    .object({
      nodeName: z.string().optional(),
      hostNetwork: z.boolean().default(false),
      containers: z.array(z.object({ image: z.string().optional() })).default([]),
    })
    .default({ hostNetwork: false, containers: [] }),
  status: z
    .object({
      phase: z.string().default("Unknown"),
      podIP: z.string().optional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      initContainerStatuses: z.array(container).default([]),
      containerStatuses: z.array(container).default([]),
    })
    .default({ phase: "Unknown", conditions: [], initContainerStatuses: [], containerStatuses: [] }),
});

const interfaces = z.array(
  z.object({
    name: z.string().default(""),
    interface: z.string().optional(),
    default: z.boolean().default(false),
    ips: z.array(z.string()).default([]),
    mac: z.string().optional(),
  }),
);

/** Reads one pod, as the API has it; undefined for what is none. */
export function readPod(object: unknown): Pod | undefined {
  const parsed = format.safeParse(object);
  if (!parsed.success) {
    return undefined;
  }
  const { metadata, spec, status } = parsed.data;
  const containers = [...status.initContainerStatuses, ...status.containerStatuses];
  const startedAt = status.containerStatuses[0]?.state?.running?.startedAt;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels,
    owners: metadata.ownerReferences,
    node: spec.nodeName,
    hostNetwork: spec.hostNetwork,
    ip: status.podIP,
    phase: status.phase,
    isLeaving: metadata.deletionTimestamp !== undefined,
    isReady: status.conditions.some((condition) => condition.type === "Ready" && condition.status === "True"),
    waiting: containers.flatMap(({ state }) => state?.waiting?.reason ?? [])[0],
    restarts: status.containerStatuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    startedAt: startedAt === undefined ? undefined : Date.parse(startedAt),
    images: spec.containers.flatMap(({ image }) => image ?? []),
    interfaces: interfacesOf(metadata.annotations[networkAnnotations.status]),
    asksFor: askedFor(metadata.annotations[networkAnnotations.wanted]),
  };
}

/** Reads the pods of a list as JSON, in its order; undefined for what is no list. */
export function readPods(json: string | undefined): Pod[] | undefined {
  const items: unknown = parseJson<{ readonly items: unknown }>(json)?.items;
  return Array.isArray(items) ? items.flatMap((item) => readPod(item) ?? []) : undefined;
}

/** What kubectl calls its status, in short: its phase, and Terminating where it is to go. */
export function stateOf({ phase, isLeaving }: Pick<Pod, "phase" | "isLeaving">): string {
  return isLeaving ? "Terminating" : phase;
}

/** Its secondary interfaces that have names. */
export function furtherInterfaces({ interfaces }: Pod): (PodInterface & { readonly link: string })[] {
  return interfaces.flatMap((each) =>
    each.isDefault || each.link === undefined || each.link === "eth0" ? [] : [{ ...each, link: each.link }],
  );
}

function interfacesOf(annotation: string | undefined): PodInterface[] {
  const noted = interfaces.safeParse(parseJson(annotation)).data ?? [];
  return noted.map(({ name, interface: link, default: isDefault, ips, mac }) => ({
    network: name,
    link,
    isDefault,
    ips: ips.map((ip) => ip.replace(/\/.*/, "")),
    mac: mac?.toLowerCase(),
  }));
}

/** The names in the annotation by which a pod asks for networks: a list of words, or of objects. */
function askedFor(annotation: string | undefined): string[] {
  const objects = z.array(z.object({ name: z.string() })).safeParse(parseJson(annotation)).data;
  if (objects !== undefined) {
    return objects.map(({ name }) => name);
  }
  return (annotation ?? "").split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim()]));
}
