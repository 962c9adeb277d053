import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { conflistFolder } from "../../components/cluster/conflist-folder";
import { cleanScript } from "../../components/cni/swap/clean-script";
import { chosenConflist, cniMarks, desiredCni } from "../../components/cni/swap/names";
import { apiServer } from "../../driver/stack/api-server";
import type { LabUnderTest } from "./lab";
import { networks, residues, type Swappable } from "./only-cni";
import { firstNode, type PodFact, type Rollout, type SwapFacts, type SwapScript } from "./swap-moments";

const cnis = Object.keys(residues) as Swappable[];

/** Looks at a cluster; `undefined` where its API server does not answer. */
export type Look = () => Promise<SwapFacts | undefined>;

/** Opens the ways by which a cluster is looked at, from this process: each look takes a few milliseconds. */
export async function lookAt(lab: Pick<LabUnderTest, "stack" | "read">): Promise<Look> {
  const api = apiServer(await lab.read("kubectl", "-s", lab.stack, "config", "view", "--raw", "-o", "yaml"));
  const format = ["--format", "{{.State.Pid}}"];
  const { stdout: init } = await execa("podman", ["inspect", ...format, `cni-lab-${lab.stack}-${firstNode}`]);
  return async () => {
    const [daemonSets, pods, maps] = await Promise.all(
      (["DaemonSet", "Pod", "ConfigMap"] as const).map((kind) => api.list([kind], { timeoutMs: 5_000 })),
    );
    return daemonSets === undefined || pods === undefined || maps === undefined
      ? undefined
      : { ...clusterFacts({ daemonSets, pods, maps }), node: nodeFacts(`/proc/${init}/root`) };
  };
}

/** What the API server's objects tell. */
export function clusterFacts({
  daemonSets,
  pods,
  maps,
}: Readonly<Record<"daemonSets" | "pods" | "maps", readonly unknown[]>>): Omit<SwapFacts, "node"> {
  return { desired: desired(maps), daemonSets: rollouts(daemonSets), pods: podFacts(pods) };
}

const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  deletionTimestamp: z.string().optional(),
  generation: z.number().optional(),
});

const mapFormat = z.object({ metadata, data: z.record(z.string(), z.string()).default({}) });

function desired(maps: readonly unknown[]): string | undefined {
  const { name, namespace, key } = desiredCni;
  const all = maps.map((map) => mapFormat.parse(map));
  return all.find((map) => map.metadata.name === name && map.metadata.namespace === namespace)?.data[key];
}

const daemonSetFormat = z.object({
  metadata,
  status: z.object({
    observedGeneration: z.number().default(0),
    desiredNumberScheduled: z.number(),
    updatedNumberScheduled: z.number().default(0),
    numberReady: z.number(),
  }),
});

function rollouts(daemonSets: readonly unknown[]): Partial<Record<Swappable, Rollout>> {
  const all = daemonSets.map((daemonSet) => daemonSetFormat.parse(daemonSet));
  const found = cnis.flatMap((cni) => {
    const own = all.find((daemonSet) => daemonSet.metadata.labels[cniMarks.cni] === cni);
    if (own === undefined) return [];
    const { observedGeneration, desiredNumberScheduled: wanted, updatedNumberScheduled, numberReady } = own.status;
    const isSeen = observedGeneration === own.metadata.generation && wanted > 0;
    const complete = isSeen && updatedNumberScheduled === wanted && numberReady === wanted;
    return [[cni, { leaving: own.metadata.deletionTimestamp !== undefined, complete }] as const];
  });
  return Object.fromEntries(found);
}

const podFormat = z.object({
  metadata,
  spec: z.object({ nodeName: z.string().optional(), hostNetwork: z.boolean().default(false) }),
  status: z.object({ podIP: z.string().default("") }),
});

function podFacts(pods: readonly unknown[]): PodFact[] {
  return pods.flatMap((pod) => {
    const { metadata: own, spec, status } = podFormat.parse(pod);
    const cni = cnis.find((each) => networks[each].test(status.podIP));
    return spec.hostNetwork ? [] : [{ node: spec.nodeName, cni, leaving: own.deletionTimestamp !== undefined }];
  });
}

/**
 * What a node's files and processes tell.
 *
 * @param root the node's root folder, as this machine sees it
 */
export function nodeFacts(root: string): SwapFacts["node"] {
  const folder = path.join(root, conflistFolder);
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder);
  const chosen = files.includes(chosenConflist) ? readlinkSync(path.join(folder, chosenConflist)) : undefined;
  const processes = commandLines(path.join(root, "proc"));
  const running = (is: (argv: readonly string[], cni: Swappable) => boolean) =>
    cnis.filter((cni) => processes.some((argv) => is(argv, cni)));
  const scripts: Record<SwapScript, readonly Swappable[]> = {
    handover: running((argv, cni) => argv.at(-2) === firstNode && argv.at(-1) === cni),
    clean: running((argv, cni) => argv.includes(cleanScript(residues[cni]))),
  };
  return {
    conflists: cnis.filter((cni) => files.includes(residues[cni].conflist)),
    inForce: cnis.find((cni) => residues[cni].conflist === chosen),
    scripts,
  };
}

function commandLines(proc: string): string[][] {
  const ids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  return ids.map((id) => {
    try {
      return readFileSync(path.join(proc, id, "cmdline"), "utf8")
        .split("\0")
        .slice(0, -1);
    } catch {
      return [];
    }
  });
}
