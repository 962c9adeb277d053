import { readdirSync } from "node:fs";
import path from "node:path";
import { parseJson } from "../../lib/json";
import { UserError } from "../../lib/user-error";
import { images } from "../../lib/versions";
import { type Machine, machinesFormat } from "../../stacks/existing-schema";
import { ConfigFile } from "./config-file";
import type { PodWay } from "./machine-exec";
import { kubeconfigFile, stackConfigFile } from "./paths";

/** What a stack's file says of a cluster that somebody has made. */
export interface ExistingCluster {
  readonly machines: readonly Machine[];
  /** The pods through which nodes without ssh are reached. */
  readonly pod: PodWay;
}

/** Whether a stack is of a cluster that was adopted; false where its file can't be read. */
export function isExisting(stack: string): boolean {
  try {
    return valuesOf(stack).cluster === "existing";
  } catch {
    return false;
  }
}

/** How the nodes of an adopted cluster are reached. @throws UserError where the stack's file does not say it */
export function existingCluster(stack: string): ExistingCluster {
  const { machines, shellImage = "" } = valuesOf(stack);
  const parsed = machinesFormat.safeParse(parseJson(machines));
  if (!parsed.success) {
    const rule = "must be a list of nodes, as ./lab adopt writes it";
    throw new UserError([{ field: `machines in ${stackConfigFile(stack)}`, rule, fix: "run ./lab adopt again" }]);
  }
  return { machines: parsed.data, pod: { image: shellImage, kubeconfig: kubeconfigFile(stack) } };
}

/** The images of the pods through which an adopted cluster is looked at. */
export function probePlan(stack: string): { readonly image: string; readonly shellImage?: string } {
  const { machines, pod } = existingCluster(stack);
  const byPods = machines.some(({ ssh }) => ssh === undefined);
  return { image: valuesOf(stack).probeImage ?? images.probe, ...(byPods ? { shellImage: pod.image } : {}) };
}

/** The names of all stacks whose files say that they are of adopted clusters. */
export function adoptedStacks(): string[] {
  const folder = path.dirname(stackConfigFile("any"));
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter(isExisting);
}

const valuesOf = (stack: string): Readonly<Record<string, string>> => new ConfigFile(stackConfigFile(stack)).values();
