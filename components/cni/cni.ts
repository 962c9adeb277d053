import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/labels";
import { describeProblem } from "../../lib/user-error";
import type { NodeAccess } from "../cluster/node-access";
import { Arrival } from "./arrival";
import { defaultNetwork, Flannel, type FlannelArgs } from "./flannel/flannel";
import { FlannelEtcd, type FlannelEtcdArgs } from "./flannel-etcd/flannel-etcd";
import { flannelEtcdDefaults } from "./flannel-etcd/service";
import { Handover } from "./handover";
import { NodeCleanup } from "./node-cleanup";
import { nodeRecords } from "./node-records";
import { desiredCni, desiredNetwork, leftUndone, wishMark } from "./swap/names";
import { flannelEtcdResidue, flannelResidue, type Residue, weaveResidue } from "./swap/residue";
import { previewSwap } from "./swap-preview";
import { weavePeers } from "./weave/peers";
import { defaultRange, Weave, type WeaveArgs } from "./weave/weave";

/** Which CNI a cluster has, and its settings; `none` leaves pods without a network. */
export type CniChoice =
  | ({ readonly type: "flannel" } & FlannelArgs)
  | ({ readonly type: "weave" } & WeaveArgs)
  /** Works on the nodes themselves: needs `access`. Comes and goes by way of `none` only. */
  | ({ readonly type: "flannel-etcd" } & FlannelEtcdArgs)
  | { readonly type: "none" };

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
    const data = {
      [key]: choice.type,
      ...(choice.type === "flannel-etcd" ? { [desiredNetwork]: choice.network ?? flannelEtcdDefaults.network } : {}),
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
    const cleanup = new NodeCleanup(`${choice.type}-clean`, { ...access, residue }, { parent: this });
    const installed = this.install(choice, access, marked(wish, after(cleanup.commands, { parent: this })));
    const opts = after(installed, { parent: this });
    const { conflist } = residue;
    const arrival = new Arrival(`${choice.type}-arrival`, { ...access, conflist, recreatePods }, opts);
    if (choice.type === "weave") {
      weavePeers("weave-forget", access, { parent: this });
    }
    const { last } = new Handover(`${choice.type}-handover`, { ...access, cni: choice.type }, opts);
    return last === undefined ? installed : [...arrival.commands, last];
  }

  private install(
    choice: CniChoice,
    access: NodeAccess | undefined,
    opts: pulumi.ComponentResourceOptions,
  ): pulumi.Resource[] {
    switch (choice.type) {
      case "flannel": {
        const { type, ...args } = choice;
        return [new Flannel(type, args, opts).daemonSet];
      }
      case "weave": {
        const { type, ...args } = choice;
        return [new Weave(type, args, opts).daemonSet];
      }
      case "flannel-etcd": {
        const { type, ...args } = choice;
        if (access === undefined) {
          throw new pulumi.ResourceError(describeProblem(accessMissing), this);
        }
        return [...new FlannelEtcd(type, { ...args, ...access }, opts).commands];
      }
      case "none":
        return [];
    }
  }
}

type Network = Pick<FlannelArgs, "network"> & Pick<WeaveArgs, "range">;

function residueOf(choice: { readonly type: Exclude<CniChoice["type"], "none"> } & Network): Residue {
  switch (choice.type) {
    case "flannel":
      return flannelResidue(choice.network ?? defaultNetwork);
    case "weave":
      return weaveResidue(choice.range ?? defaultRange);
    case "flannel-etcd":
      return flannelEtcdResidue(choice.network ?? flannelEtcdDefaults.network);
  }
}

/**
 * What another CNI than the one in force may have left. Not one whose links have the same names: none of the two can have
 * left anything where the other one is, as it does not come to a node that was not cleaned.
 */
function leftBeside(choice: CniChoice, left: readonly Residue[] = usualResidues()): Residue[] {
  if (choice.type === "none") {
    return [...left];
  }
  const { links } = residueOf(choice);
  return left.filter((other) => other.cni !== choice.type && !other.links.some((link) => links.includes(link)));
}

/** Of all CNIs, with their usual networks. */
const usualResidues = () => (["flannel", "weave", "flannel-etcd"] as const).map((type) => residueOf({ type }));

const accessMissing = {
  field: "access",
  rule: "must be given with the CNI flannel-etcd, which is a service on the nodes",
  mend: "give the nodes, each with a shell, and an administrator's kubeconfig",
};

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
