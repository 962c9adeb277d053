import type { ClusterAccess } from "../../checks/engine/access";
import type { Values } from "../../checks/language/values";
import { confluenceNames } from "../../components/confluence/names";
import { probeNames } from "../../components/probe/probe-names";
import { withProbes } from "../../driver/stack/probes";
import { Stack } from "../../driver/stack/stack";
import { checkedValues } from "../../driver/values/settings";
import { requireLab } from "../../driver/which-stack";
import { CommandFailed } from "../../lib/command-failed";
import { UserError } from "../../lib/user-error";
import { lookAtApplication } from "../../report/path/application";
import { type End, hopsBetween } from "../../report/path/hops";
import { type Carrying, carryingOf, seeOverlay } from "../../report/path/overlay";
import { endOf, type PathPod, readPathPods, twoOf } from "../../report/path/pods";
import { pathLines } from "../../report/path/report";
import { watch } from "../../report/path/watch";
import { requireToolchain } from "../toolchain";

/** The pods that are looked at, and what their cluster uses. */
interface Subject {
  readonly pods: readonly [PathPod, PathPod];
  /** The interface that the pods' cluster uses. */
  readonly link: string;
  readonly group: string;
  /** Where the application answers; absent for one that has nothing to say. */
  readonly port?: number;
}

/** Hazelcast's own group, which the lab's checks use between pods of the probe. */
const probeGroup = "224.2.2.3";

/** `./lab path`: from what an application says down to where its packets stop, in one report. */
export async function path(name: string | undefined): Promise<number> {
  const { lab, stack: stackName } = await requireLab(name);
  const stack = new Stack(stackName, requireToolchain());
  const values = checkedValues(lab.values, stack.config().values());
  const { cni } = await stack.requireUp();
  const carrying = carryingOf(stackName, { ...values, cni });
  return withProbes(stack, async (probed) => followMulticast(await probed.access(), carrying, values));
}

async function followMulticast(access: ClusterAccess, carrying: Carrying, values: Values): Promise<number> {
  const { pods, link, group, port } = await subjectOf(access, values);
  const [from, to] = pods.map((pod) => requireEnd(pod, link)) as [End, End];
  const overlay = await seeOverlay(access, carrying, { from, to });
  const hops = hopsBetween(from, to, overlay, values.macvlanMaster);
  const [applications, watched] = await Promise.all([
    port === undefined ? undefined : Promise.all(pods.map((pod) => lookAtApplication(access, pod, port))),
    watch(access, { from, to, group, hops }),
  ]);
  console.log(pathLines({ carrying, group, from, to, applications, watched }).join("\n"));
  return 0;
}

/** The replicas of Confluence where there are two, else two pods of the probe. */
async function subjectOf(access: ClusterAccess, values: Readonly<Record<string, string>>): Promise<Subject> {
  if (values.confluence === "on") {
    const replicas = twoOf(await podsOf(access, confluenceNames.namespace, confluenceNames.name));
    if (replicas !== undefined) {
      const { interface: link = "eth0", multicastAddress = probeGroup } = values;
      return { pods: replicas, link, group: multicastAddress, port: confluenceNames.port };
    }
  }
  const probes = twoOf(await podsOf(access, probeNames.namespace, probeNames.name));
  if (probes === undefined) {
    throw new CommandFailed("there are no two running pods to send packets between; see ./lab status");
  }
  return { pods: probes, link: "eth0", group: probeGroup };
}

async function podsOf(access: ClusterAccess, namespace: string, name: string): Promise<readonly PathPod[]> {
  const selector = ["--selector", `app.kubernetes.io/name=${name}`];
  const ran = await access.kubectl(["--namespace", namespace, "get", "pods", ...selector, "--output", "json"], {
    timeoutMs: 15_000,
  });
  if (ran.exitCode !== 0) {
    throw new CommandFailed(`the pods can't be listed: ${ran.stderr.trim()}`);
  }
  return readPathPods(ran.stdout);
}

function requireEnd(pod: PathPod, link: string): End {
  const end = endOf(pod, link);
  if (end === undefined) {
    const rule = `is what the cluster uses, and pod ${pod.name} has no such interface`;
    throw new UserError([{ field: "interface", value: link, rule, fix: "see ./lab status for the pods' networks" }]);
  }
  return end;
}
