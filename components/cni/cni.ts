import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/labels";
import type { NodeAccess } from "../cluster/node-access";
import { Arrival } from "./arrival";
import { Handover } from "./handover";
import type { CniInstaller } from "./installer";
import { type CniArgsOf, installers } from "./installers";
import { NodeCleanup } from "./node-cleanup";
import { nodeRecords } from "./node-records";
import { type CniId, definitionOf, residues } from "./registry";
import { desiredCni, desiredNetwork, leftUndone, wishMark } from "./swap/names";
import type { Residue } from "./swap/residue";
import { previewSwap } from "./swap-preview";

/** Which CNI a cluster has, and its settings; `none` leaves pods without a network. */
export type CniChoice = { [Id in CniId]: { readonly type: Id } & CniArgsOf<Id> }[CniId] | { readonly type: "none" };

export type CniArgs = CniChoice & {
  /**
   * How to work on the nodes, for the clean-up after a CNI and the way from one to another without an outage.
   *
   * @default a CNI that leaves the program is deleted from the cluster, and what it left on the nodes stays there
   */
  readonly access?: NodeAccess;
  /** Whether nodes are cleaned, and new pods get the next CNI's network, when a CNI leaves. Needs `access`. @default true */
  readonly nodeCleanup?: boolean;
  /** Whether pods that hold an address of a CNI that leaves, or has left, are recreated. Needs `access`. @default true */
  readonly recreatePods?: boolean;
  /** What nodes may hold of CNIs that left without a clean-up: that is made up for when `nodeCleanup` is true again. @default of all CNIs with their usual networks */
  readonly left?: readonly Residue[];
};

/**
 * The CNI of a cluster, chosen by a value. Another value swaps it in one update: Pulumi creates what is new first and
 * deletes what left the program last, dependents before what they depend on, by the scripts that were recorded when
 * it was made. So there are, for each CNI, a clean-up, which everything of the CNI depends on, an arrival and a handover,
 * which depend on the CNI and which workloads depend on. Deletion then goes: pods move node by node, the CNI ends, the
 * nodes are cleaned. An edge that is missing here is an order that is not kept.
 *
 * @throws pulumi.ResourceError if `type` is `flannel-etcd` and `access` is missing, or its `iface` is found by an annotation.
 *
 * @example
 * ```ts
 * const access = { nodes: cluster.nodes, kubeconfig: cluster.kubeconfig };
 * // Another `type` swaps the CNI, node by node, in the next `pulumi up`.
 * new Cni("cni", { type: "flannel", backend: { type: "host-gw" }, access }, { provider: cluster.provider });
 * ```
 */
export class Cni extends pulumi.ComponentResource {
  /** What workloads depend on: once these exist, pods get addresses, or, with `none`, nodes know what is their own. */
  readonly ready: readonly pulumi.Resource[];

  constructor(
    name: string,
    { access, nodeCleanup = true, recreatePods = true, left, ...choice }: CniArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("cni-lab:index:Cni", name, {}, opts);
    if (access === undefined) {
      this.ready = this.install(choice, undefined, { parent: this });
    } else {
      const wish = this.record(name, choice, { nodeCleanup, recreatePods });
      this.ready =
        choice.type === "none"
          ? nodeRecords(`${name}-record`, access.nodes, { parent: this })
          : this.installBetween(choice, access, wish, recreatePods);
      if (!nodeCleanup) {
        this.leave(access, leftBeside(choice, left));
      }
      previewSwap(access.nodes, choice.type, this);
    }
    this.registerOutputs({});
  }

  /**
   * The scripts of a CNI that leaves can know only at run time which one follows it.
   * An update comes before every deletion, and scripts take its absence for "none".
   */
  private record(
    name: string,
    choice: CniChoice,
    { nodeCleanup, recreatePods }: { readonly nodeCleanup: boolean; readonly recreatePods: boolean },
  ): k8s.core.v1.ConfigMap {
    const { namespace, name: mapName, key } = desiredCni;
    const residue = choice.type === "none" ? undefined : residueOf(choice);
    const data = {
      [key]: choice.type,
      // Else its DaemonSet tells it.
      ...(residue !== undefined && residue.daemonSet === undefined ? { [desiredNetwork]: residue.network } : {}),
      ...(nodeCleanup ? {} : { [leftUndone.nodeCleanup]: "off" }),
      ...(recreatePods ? {} : { [leftUndone.recreatePods]: "off" }),
    };
    return new k8s.core.v1.ConfigMap(
      `${name}-desired`,
      { metadata: { namespace, name: mapName, labels: labels(mapName, name) }, data },
      { parent: this },
    );
  }

  /**
   * Without a clean-up a CNI that leaves takes its own resources out of the program, and with them what would clean up
   * after it. These stand in for them until the clean-up is wanted again: their deletion is the clean-up.
   */
  private leave(access: NodeAccess, left: readonly Residue[]): void {
    for (const residue of left) {
      const cleanup = new NodeCleanup(
        `${residue.cni}-left-clean`,
        { ...access, residue, arrives: false },
        { parent: this },
      );
      new Handover(
        `${residue.cni}-left-handover`,
        { ...access, cni: residue.cni },
        after(cleanup.commands, { parent: this }),
      );
    }
  }

  private installBetween(
    choice: Exclude<CniChoice, { type: "none" }>,
    access: NodeAccess,
    wish: k8s.core.v1.ConfigMap,
    recreatePods: boolean,
  ): pulumi.Resource[] {
    const residue = residueOf(choice);
    const installer = installerOf(choice.type);
    const cleanup = new NodeCleanup(`${choice.type}-clean`, { ...access, residue }, { parent: this });
    const installed = this.install(choice, access, marked(wish, after(cleanup.commands, { parent: this })));
    const opts = after(installed, { parent: this });
    const { conflist } = residue;
    const arrival = new Arrival(`${choice.type}-arrival`, { ...access, conflist, recreatePods }, opts);
    installer.beside?.(access, { parent: this });
    const { last } = new Handover(`${choice.type}-handover`, { ...access, cni: choice.type }, opts);
    return last === undefined ? installed : [...arrival.commands, last];
  }

  private install(
    choice: CniChoice,
    access: NodeAccess | undefined,
    opts: pulumi.ComponentResourceOptions,
  ): pulumi.Resource[] {
    if (choice.type === "none") {
      return [];
    }
    const { type, ...args } = choice;
    return installerOf(type).install(type, args, access, opts, this);
  }
}

/** The installer of any CNI: which arguments are its own is what `CniChoice` says. */
function installerOf(id: CniId): CniInstaller<object, object> {
  return installers[id];
}

/** What the chosen CNI leaves on a node, with its network. */
function residueOf({ type, ...args }: Exclude<CniChoice, { type: "none" }>): Residue {
  const { podNetwork, residue } = definitionOf(type);
  return residue(installerOf(type).networkOf(args) ?? podNetwork.default);
}

/**
 * What another CNI than the one in force may have left. Not one whose links have the same names: none of the two can have
 * left anything where the other one is, as it does not come to a node that was not cleaned.
 */
function leftBeside(choice: CniChoice, left: readonly Residue[] = residues()): Residue[] {
  if (choice.type === "none") {
    return [...left];
  }
  const { links } = residueOf(choice);
  return left.filter((other) => other.cni !== choice.type && !other.links.some((link) => links.includes(link)));
}

/**
 * Options of a component all of whose children depend on `resources` by themselves: the engine records no dependency
 * of a component for its children, and deletes in the order of what it has recorded.
 */
function after(
  resources: readonly pulumi.Resource[],
  opts: pulumi.ComponentResourceOptions,
): pulumi.ComponentResourceOptions {
  return {
    ...opts,
    transformations: [
      (child) => ({ props: child.props, opts: pulumi.mergeOptions(child.opts, { dependsOn: [...resources] }) }),
    ],
  };
}

/** Options of a component whose objects in the cluster carry the version of this one: they change with it. */
function marked(wish: k8s.core.v1.ConfigMap, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
  const annotations = { [wishMark]: wish.metadata.resourceVersion };
  return {
    ...opts,
    transformations: [
      ...(opts.transformations ?? []),
      ({ type, props, opts: own }) => {
        const metadata = { ...props.metadata, annotations: { ...props.metadata?.annotations, ...annotations } };
        return { props: type.startsWith("kubernetes:") ? { ...props, metadata } : props, opts: own };
      },
    ],
  };
}
