import { readPods } from "../../checks/readers/pod";
import { probeNames } from "../../components/probe/probe-names";
import { read } from "../run/capture";
import type { Probers } from "./meter";

const { namespace } = probeNames;
const name = "meter";
const container = "prober";
const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "cni-lab" };

/** Seconds until the pods must run: their nodes have the image, which is the probe's. */
const readySeconds = 60;

/** A pod on each node's own network, beside the probe, in which a prober can run. */
export function proberPods(image: string): object {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          terminationGracePeriodSeconds: 0,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          tolerations: [{ operator: "Exists" }],
          // As the probe's own pods have it: with less, a busy node would look like a bad network.
          containers: [
            { name: container, image, command: ["sleep", "infinity"], resources: { requests: { cpu: "100m" } } },
          ],
        },
      },
    },
  };
}

/** Waits for these pods, and gives the commands that run a prober in each. @throws Error where one is not there in time */
export async function probersInPods(nodes: readonly string[], env: Readonly<Record<string, string>>): Promise<Probers> {
  const kubectl = ["kubectl", "--namespace", namespace];
  await read([...kubectl, "rollout", "status", "daemonset", name, `--timeout=${readySeconds}s`], { env });
  const selector = ["--selector", `app.kubernetes.io/name=${name}`];
  const pods = readPods(await read([...kubectl, "get", "pods", ...selector, "--output", "json"], { env })) ?? [];
  return new Map(
    nodes.map((node) => {
      const pod = pods.find((each) => each.node === node && !each.isLeaving);
      if (pod === undefined) {
        throw new Error(`there is no pod in which a prober could run on ${node}`);
      }
      return [node, [...kubectl, "exec", "--stdin", pod.name, "--container", container, "--", "echo-server", "prober"]];
    }),
  );
}
