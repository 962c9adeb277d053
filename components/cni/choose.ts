import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster/cluster";
import type { ReachableNode } from "../cluster/node-access";
import type { CniChoice } from "./cni";
import type { CniInstaller, StackSettings } from "./installer";
import { installers } from "./installers";
import type { CniName, CniValues } from "./registry";

/** The CNI that a stack's settings name, with its arguments as they say; what it needs beside the cluster is made. */
export function chooseCni(
  name: CniName,
  settings: StackSettings & CniValues,
  cluster: Pick<Cluster, "lans" | "nodes">,
): CniChoice {
  if (name === "none") {
    return { type: "none" };
  }
  const installer: CniInstaller<object, CniValues> = installers[name];
  return { type: name, ...installer.choose(settings, cluster) } as CniChoice;
}

/** Has ready on the nodes what the CNI finds there when it comes. */
export function prepareCni(
  name: CniName,
  settings: StackSettings & CniValues,
  nodes: readonly (ReachableNode & { readonly address: pulumi.Input<string> })[],
  opts: pulumi.ComponentResourceOptions,
): readonly pulumi.Resource[] {
  const installer: CniInstaller<object, CniValues> | undefined = name === "none" ? undefined : installers[name];
  return installer?.prepare?.(settings, nodes, opts) ?? [];
}
