import type { ClusterAccess } from "../../checks/engine/access";
import { lastLine } from "../../checks/engine/text";
import { readPods } from "../../checks/readers/pod";
import { ofDaemonSet } from "../../checks/readers/read";
import { enterNode, shellName } from "../../components/cluster/shell/scripts";
import { probeNames } from "../../components/probe/probe-names";
import { CommandFailed } from "../../lib/command-failed";
import type { Ran } from "../../lib/ran";
import { UserError } from "../../lib/user-error";
import { proberPods, probersInPods } from "../meter/in-pods";
import type { Probers } from "../meter/meter";
import { capture } from "../run/capture";
import { clearingUp } from "../run/interrupt";
import { carryImage } from "./carry-image";
import { engineOfStack } from "./container-engine";
import { probersInContainers } from "./container-probers";
import { isExisting, probePlan } from "./existing";
import { type ProbePlan, probeManifest } from "./probe-manifest";
import type { Stack } from "./stack";

/** Seconds until the probe must run on all nodes, until it must be gone, and until the API server must have heard so. */
const seconds = { ready: 120, gone: 120, heard: 10 } as const;

/** The probe of a stack's cluster: checks look at the network through its pods, and the meter asks them. */
export interface Probed {
  /** Waits until it runs on all nodes. @throws CommandFailed where it does not in time */
  ready(): Promise<void>;
  /** The ways into the cluster, with the probe ready. */
  access(): Promise<ClusterAccess>;
  /** A prober for each node, outside of the pods' network. @throws Error where one can't be had */
  probers(): Promise<Probers>;
}

/**
 * Sees to it that a stack that is up has a probe for the time of some work. The lab's own clusters have one. An adopted
 * one gets it, in a namespace to itself, which goes with it: also where the work fails, or is ended by a signal.
 *
 * @param archive of this machine, with the probe's image, which those nodes are given that have it not; without it they
 * pull the image
 * @throws UserError where somebody else has that namespace
 * @throws CommandFailed where nothing can be put on the cluster
 */
export async function withProbes<T>(stack: Stack, work: (probed: Probed) => Promise<T>, archive?: string): Promise<T> {
  const { nodes } = await stack.requireUp();
  if (!isExisting(stack.name)) {
    return work({
      ready: async () => {},
      access: () => stack.access(),
      probers: probersInContainers(await engineOfStack(stack.name), nodes, stack.toolchain.prober),
    });
  }
  const plan = probePlan(stack.name);
  const access = await stack.access();
  await clearPlace(access);
  if (archive !== undefined) {
    await carryImage(stack.name, plan.image, archive);
  }
  const remove = (...how: string[]) =>
    access.kubectl(["delete", "namespace", probeNames.namespace, "--ignore-not-found", ...how]);
  const clear = {
    inOrder: () => remove(`--timeout=${seconds.gone}s`),
    atOnce: () => remove("--wait=false", `--request-timeout=${seconds.heard}s`),
  };
  return clearingUp(clear, async () => {
    await create(stack, probeManifest(plan));
    return work(onExisting(stack, access, plan));
  });
}

function onExisting(stack: Stack, access: ClusterAccess, { image, shellImage }: ProbePlan): Probed {
  const { namespace, name, second } = probeNames;
  const daemonSets = [name, second, ...(shellImage === undefined ? [] : [shellName])];
  const ready = async () => {
    for (const each of daemonSets) {
      const words = ["rollout", "status", "daemonset", each, "--namespace", namespace];
      required(await access.kubectl([...words, `--timeout=${seconds.ready}s`]), "kubectl rollout");
    }
  };
  return {
    ready,
    access: async () => {
      await ready();
      return shellImage === undefined ? access : { ...access, node: await throughPods(access) };
    },
    probers: async () => {
      await create(stack, JSON.stringify(proberPods(image)));
      const nodes = access.nodes.map((node) => node.name);
      return probersInPods(nodes, stack.env);
    },
  };
}

/** Takes away what a run left that was killed. */
async function clearPlace({ kubectl }: ClusterAccess): Promise<void> {
  const { namespace } = probeNames;
  const partOf = "jsonpath={.metadata.labels['app\\.kubernetes\\.io/part-of']} {.metadata.name}";
  const found = await kubectl(["get", "namespace", namespace, "--ignore-not-found", "--output", partOf]);
  const { stdout } = required(found, "kubectl get");
  if (stdout.trim() === "") {
    return;
  }
  if (!stdout.startsWith("cni-lab ")) {
    const rule = "is somebody else's, and the probe has no other";
    throw new UserError([{ field: "namespace", value: namespace, rule, fix: "rename it" }]);
  }
  const words = ["delete", "namespace", namespace, "--ignore-not-found", `--timeout=${seconds.gone}s`];
  required(await kubectl(words), "kubectl delete");
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

async function create({ env }: Stack, manifest: string): Promise<void> {
  required(await capture(["kubectl", "create", "--filename", "-"], { env, input: manifest }), "kubectl create");
}

function required(ran: Ran, what: string): Ran {
  if (ran.exitCode !== 0) {
    throw new CommandFailed(`the probe can't be put on the cluster: ${what} says: ${lastLine(ran)}`);
  }
  return ran;
}
