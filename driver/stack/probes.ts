import type { ClusterAccess } from "../../checks/engine/access";
import { lastLine } from "../../checks/engine/text";
import { readPods } from "../../checks/readers/pod";
import { ofDaemonSet } from "../../checks/readers/read";
import { enterNode, shellName, shellPodSpec } from "../../components/cluster/shell/scripts";
import { probeNames } from "../../components/probe/probe-names";
import { probeLabels, probeObjects } from "../../components/probe/probe-objects";
import { CommandFailed } from "../../lib/command-failed";
import type { Ran } from "../../lib/ran";
import { UserError } from "../../lib/user-error";
import { capture } from "../run/capture";
import type { ToolEnv } from "./env";

/** Seconds until the probe must run on all nodes, and until it must be gone. */
const seconds = { ready: 120, gone: 120 } as const;

/** What is put on the cluster. */
interface ProbePlan {
  /** With the probe's programs, which the nodes have or can pull. */
  readonly image: string;
  /** The image of a pod for each node through which commands run there. @default ssh reaches the nodes */
  readonly shellImage?: string;
}

/**
 * Puts the probe on a cluster that has none of its own, for the time of some work: checks look at the network through
 * its pods. It has a namespace to itself, which goes with it.
 *
 * @param work gets the ways into the cluster: where nodes are reached through pods, these are there for all of its time
 * @throws CommandFailed where it does not run in time
 */
export async function withProbes<T>(
  access: ClusterAccess,
  env: ToolEnv,
  { image, shellImage }: ProbePlan,
  work: (access: ClusterAccess) => Promise<T>,
): Promise<T> {
  const { namespace, name, second } = probeNames;
  const kubectl = async (...args: string[]) => required(await access.kubectl(args), `kubectl ${args[0]}`);
  const partOf = "jsonpath={.metadata.labels['app\\.kubernetes\\.io/part-of']} {.metadata.name}";
  const { stdout } = await kubectl("get", "namespace", namespace, "--ignore-not-found", "--output", partOf);
  if (stdout.trim() !== "" && !stdout.startsWith("cni-lab ")) {
    throw new UserError([
      {
        field: "namespace",
        value: namespace,
        rule: "is somebody else's, and the probe has no other",
        fix: "rename it",
      },
    ]);
  }
  if (stdout.trim() !== "") {
    // Of a run that was killed.
    await kubectl("delete", "namespace", namespace, "--ignore-not-found", `--timeout=${seconds.gone}s`);
  }
  try {
    required(
      await capture(["kubectl", "create", "--filename", "-"], { env, input: manifest(image, shellImage) }),
      "kubectl create",
    );
    for (const each of [name, second, ...(shellImage === undefined ? [] : [shellName])]) {
      await kubectl("rollout", "status", "daemonset", each, "--namespace", namespace, `--timeout=${seconds.ready}s`);
    }
    return await work(shellImage === undefined ? access : { ...access, node: await throughPods(access) });
  } finally {
    await access.kubectl(["delete", "namespace", namespace, "--ignore-not-found", `--timeout=${seconds.gone}s`]);
  }
}

/** Runs commands on nodes through the pods that are there for that. */
async function throughPods(access: ClusterAccess): Promise<ClusterAccess["node"]> {
  const { namespace } = probeNames;
  const listed = await access.kubectl(["--namespace", namespace, "get", "pods", "--output", "json"]);
  const pods = readPods(listed.stdout)?.filter(ofDaemonSet(shellName)) ?? [];
  return async (name, argv, options = {}) => {
    const pod = pods.find(({ node }) => node === name);
    if (pod === undefined) {
      throw new CommandFailed(`there is no pod through which ${name} could be reached`);
    }
    const limit =
      options.timeoutMs === undefined ? [] : ["timeout", "--kill-after=2", String(options.timeoutMs / 1000)];
    return access.pod({ namespace, pod: pod.name, container: "shell" }, [...enterNode, ...limit, ...argv], options);
  };
}

function manifest(image: string, shellImage?: string): string {
  const { service, daemonSets } = probeObjects(image, probeNames.namespace);
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: probeNames.namespace, labels: namespaceLabels } },
    { apiVersion: "v1", kind: "Service", ...service },
    ...daemonSets.map((daemonSet) => ({ apiVersion: "apps/v1", kind: "DaemonSet", ...daemonSet })),
    ...(shellImage === undefined ? [] : [shells(shellImage)]),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** The probe's pods have more capabilities than the other levels allow. */
const namespaceLabels = { ...probeLabels, "pod-security.kubernetes.io/enforce": "privileged" };

function shells(image: string): object {
  const labels = { "app.kubernetes.io/name": shellName, "app.kubernetes.io/part-of": "cni-lab" };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: shellName, namespace: probeNames.namespace, labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: shellPodSpec(image) } },
  };
}

function required(ran: Ran, what: string): Ran {
  if (ran.exitCode !== 0) {
    throw new CommandFailed(`the probe can't be put on the cluster: ${what} says: ${lastLine(ran)}`);
  }
  return ran;
}
