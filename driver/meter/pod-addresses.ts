import { z } from "zod";
import { type Pod, readPod } from "../../checks/readers/pod";

/** An event of a watch on the probe's pods, as kubectl prints it. */
export interface PodEvent {
  readonly type: string;
  readonly pod: Pod;
}

const format = z.object({ type: z.string(), object: z.unknown() });

/** Reads an event; undefined for one that is of no pod, such as an error of the API server. */
export function readPodEvent(line: string): PodEvent | undefined {
  const { type, object } = format.parse(JSON.parse(line));
  const pod = readPod(object);
  return pod === undefined ? undefined : { type, pod };
}

/**
 * Which address stands for each node: that of a pod there which is Ready and not ending. It stays with a pod as long
 * as it can, and with the last address where there is no such pod, as a client would that knows of no other.
 */
export class PodAddresses {
  private pods = new Map<string, Pod>();
  private readonly chosen = new Map<string, { readonly uid: string; readonly address: string }>();

  /** Forgets the pods, before a new watch tells of all of them again; the addresses in use stay. */
  restart(): void {
    this.pods = new Map();
  }

  /** Takes an event in. */
  take({ type, pod }: PodEvent): void {
    const { uid = "", node } = pod;
    if (type === "DELETED") {
      this.pods.delete(uid);
    } else if (type === "ADDED" || type === "MODIFIED") {
      this.pods.set(uid, pod);
    }
    if (node !== undefined) {
      this.choose(node);
    }
  }

  /** The address that stands for a node; undefined before it had any. */
  of(node: string): string | undefined {
    return this.chosen.get(node)?.address;
  }

  private choose(node: string): void {
    const usable = [...this.pods.values()].filter((pod) => pod.node === node && answers(pod));
    const current = this.chosen.get(node);
    const best =
      usable.find(({ uid }) => uid === current?.uid) ?? usable.sort((a, b) => a.name.localeCompare(b.name))[0];
    if (best?.ip !== undefined) {
      this.chosen.set(node, { uid: best.uid ?? "", address: best.ip });
    }
  }
}

function answers({ isReady, isLeaving, ip }: Pod): boolean {
  return isReady && !isLeaving && ip !== undefined;
}
