import { furtherInterfaces, readPods as readAll, stateOf } from "../../checks/readers/pod";
import type { SeenPod } from "./seen";

/** Reads a list of all pods; those that have ended have no network. @throws Error when it is none */
export function readPods(stdout: string): SeenPod[] {
  const pods = readAll(stdout);
  if (pods === undefined) {
    throw new Error("kubectl get pods printed no list of pods");
  }
  return pods
    .filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed")
    .map(
      (pod): SeenPod => ({
        namespace: pod.namespace,
        name: pod.name,
        node: pod.node,
        phase: stateOf(pod),
        ready: pod.isReady,
        waiting: pod.waiting,
        hostNetwork: pod.hostNetwork,
        ip: pod.ip,
        app: pod.labels["app.kubernetes.io/name"] ?? pod.labels["k8s-app"],
        networks: furtherInterfaces(pod).map(({ link, ips, mac }) => ({ interface: link, ips: [...ips], mac })),
        asksFor: [...pod.asksFor],
      }),
    )
    .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}
