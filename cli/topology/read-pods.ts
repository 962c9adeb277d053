import { z } from "zod";
import { networkAnnotations } from "../../components/networks/names";
import { parseJson } from "../../lib/json";

import type { SeenPod } from "./seen";

const state = z.object({ waiting: z.object({ reason: z.string().optional() }).optional() }).optional();
const pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        namespace: z.string(),
        name: z.string(),
        labels: z.record(z.string(), z.string()).optional(),
        annotations: z.record(z.string(), z.string()).optional(),
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({ nodeName: z.string().optional(), hostNetwork: z.boolean().optional() }),
      status: z.object({
        phase: z.string().optional(),
        podIP: z.string().optional(),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
        containerStatuses: z.array(z.object({ state })).optional(),
        initContainerStatuses: z.array(z.object({ state })).optional(),
      }),
    }),
  ),
});
const networks = z.array(
  z.object({
    interface: z.string().optional(),
    default: z.boolean().optional(),
    ips: z.array(z.string()).optional(),
    mac: z.string().optional(),
  }),
);

/** Reads a list of all pods; those that have ended have no network. @throws Error when it is none */
export function readPods(stdout: string): SeenPod[] {
  const list = pods.safeParse(parseJson(stdout));
  if (!list.success) {
    throw new Error("kubectl get pods printed no list of pods");
  }
  return list.data.items
    .filter(({ status }) => status.phase !== "Succeeded" && status.phase !== "Failed")
    .map(({ metadata, spec, status }): SeenPod => {
      const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      const waiting = statuses.flatMap((each) => each.state?.waiting?.reason ?? [])[0];
      const app = metadata.labels?.["app.kubernetes.io/name"] ?? metadata.labels?.["k8s-app"];
      return {
        namespace: metadata.namespace,
        name: metadata.name,
        node: spec.nodeName,
        phase: metadata.deletionTimestamp === undefined ? (status.phase ?? "Unknown") : "Terminating",
        ready: status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
        waiting,
        hostNetwork: spec.hostNetwork ?? false,
        ip: status.podIP,
        app,
        networks: (networks.safeParse(parseJson(metadata.annotations?.[networkAnnotations.status])).data ?? [])
          .filter((each) => each.default !== true && each.interface !== undefined && each.interface !== "eth0")
          .map((each) => ({ interface: each.interface ?? "", ips: each.ips ?? [], mac: each.mac })),
        asksFor: asked(metadata.annotations?.[networkAnnotations.wanted]),
      };
    })
    .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

/** The names in the annotation by which a pod asks for networks: a list of words, or of objects. */
function asked(annotation: string | undefined): string[] {
  const objects = z.array(z.object({ name: z.string() })).safeParse(parseJson(annotation)).data;
  if (objects !== undefined) {
    return objects.map(({ name }) => name);
  }
  return (annotation ?? "").split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim()]));
}
