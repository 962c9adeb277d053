import type { ClusterAccess } from "../../checks/engine/access";
import { lastLine } from "../../checks/engine/text";
import { probeNames } from "../../components/probe/probe-names";
import { probeLabels, probeObjects } from "../../components/probe/probe-objects";
import { CommandFailed } from "../../lib/command-failed";
import type { Ran } from "../../lib/ran";
import { UserError } from "../../lib/user-error";
import { capture } from "../run/capture";
import type { ToolEnv } from "./env";

/** Seconds until the probe must run on all nodes, and until it must be gone. */
const seconds = { ready: 120, gone: 120 } as const;

/**
 * Puts the probe on a cluster that has none of its own, for the time of some work: checks look at the network through
 * its pods. It has a namespace to itself, which goes with it.
 *
 * @param image with the probe's programs, which the nodes have or can pull
 * @throws CommandFailed where it does not run in time
 */
export async function withProbes<T>(
  access: Pick<ClusterAccess, "kubectl">,
  env: ToolEnv,
  image: string,
  work: () => Promise<T>,
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
      await capture(["kubectl", "create", "--filename", "-"], { env, input: manifest(image) }),
      "kubectl create",
    );
    for (const each of [name, second]) {
      await kubectl("rollout", "status", "daemonset", each, "--namespace", namespace, `--timeout=${seconds.ready}s`);
    }
    return await work();
  } finally {
    await access.kubectl(["delete", "namespace", namespace, "--ignore-not-found", `--timeout=${seconds.gone}s`]);
  }
}

function manifest(image: string): string {
  const { service, daemonSets } = probeObjects(image, probeNames.namespace);
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: probeNames.namespace, labels: probeLabels } },
    { apiVersion: "v1", kind: "Service", ...service },
    ...daemonSets.map((daemonSet) => ({ apiVersion: "apps/v1", kind: "DaemonSet", ...daemonSet })),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

function required(ran: Ran, what: string): Ran {
  if (ran.exitCode !== 0) {
    throw new CommandFailed(`the probe can't be put on the cluster: ${what} says: ${lastLine(ran)}`);
  }
  return ran;
}
