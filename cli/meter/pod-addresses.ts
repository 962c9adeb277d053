import { z } from "zod";

/** An event of a watch on the probe's pods, as kubectl prints it. */
export const podEvent = z.object({
  type: z.string(),
  object: z.object({
    metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
    spec: z.object({ nodeName: z.string().optional() }),
    status: z.object({
      podIP: z.string().optional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
    }),
  }),
});

export type PodEvent = z.infer<typeof podEvent>;

/**
 * Which address stands for each node: that of a pod there which is Ready and not ending. It stays with a pod as long
 * as it can, and with the last address where there is no such pod, as a client would that knows of no other.
 */
export class PodAddresses {
  private pods = new Map<string, PodEvent["object"]>();
  private readonly chosen = new Map<string, { readonly uid: string; readonly address: string }>();

  /** Forgets the pods, before a new watch tells of all of them again; the addresses in use stay. */
  restart(): void {
    this.pods = new Map();
  }

  /** Takes an event in. */
  take({ type, object }: PodEvent): void {
    if (type === "DELETED") {
      this.pods.delete(object.metadata.uid);
    } else if (type === "ADDED" || type === "MODIFIED") {
      this.pods.set(object.metadata.uid, object);
    }
    const node = object.spec.nodeName;
    if (node !== undefined) {
      this.choose(node);
    }
  }

  /** The address that stands for a node; undefined before it had any. */
  of(node: string): string | undefined {
    return this.chosen.get(node)?.address;
  }

  private choose(node: string): void {
    const usable = [...this.pods.values()].filter((pod) => pod.spec.nodeName === node && answers(pod));
    const current = this.chosen.get(node);
    const best =
      usable.find((pod) => pod.metadata.uid === current?.uid) ??
      usable.sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))[0];
    if (best?.status.podIP !== undefined) {
      this.chosen.set(node, { uid: best.metadata.uid, address: best.status.podIP });
    }
  }
}

function answers({ metadata, status }: PodEvent["object"]): boolean {
  const ready = status.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True");
  return ready === true && metadata.deletionTimestamp === undefined && status.podIP !== undefined;
}
