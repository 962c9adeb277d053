import { existsSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { wholeImageName } from "../../lib/image-name";
import { labels } from "../../lib/labels";
import type { Problem } from "../../lib/user-error";
import { anything, type FieldsOf, flag, group, list, oneOf, passed, plain, required, text } from "../args/fields";
import { after, recorded, takeArgs } from "../args/take";
import { accessFields, type NodeAccess } from "../cluster/node-access";
import { Arrival } from "./arrival";
import { carriedImages } from "./carried-images";
import { cniObjects } from "./cni-objects";
import { formerly } from "./formerly";
import { type FoundCni, foundField, foundMarks, foundResidue } from "./found";
import { Handover } from "./handover";
import type { CniInstaller, Installed, Marks } from "./installer";
import { type CniArgsOf, installers } from "./installers";
import { identitiesOf } from "./kubernetes-object";
import type { CniNeeds } from "./needs";
import { NodeCleanup } from "./node-cleanup";
import { nodeRecords } from "./node-records";
import { type PreflightChoice, preflight } from "./preflight/preflight";
import { type CniId, type CniName, type CniValues, cniNames, definitionOf, residues } from "./registry";
import { releaseNodes } from "./release";
import { type AtOnce, atOnceProblems } from "./side-by-side";
import { desiredCni, desiredNetwork, foundCnis, leftUndone, wishMark } from "./swap/names";
import type { Residue } from "./swap/residue";
import { previewSwap } from "./swap-preview";

/** Which CNI a cluster has, and its settings; `none` leaves pods without a network. */
export type CniChoice = { [Id in CniId]: { readonly type: Id } & CniArgsOf<Id> }[CniId] | { readonly type: "none" };

export type CniArgs = CniChoice & CniSwapArgs;

/** What is done where one CNI follows another. */
export interface CniSwapArgs {
  /**
   * How to work on the nodes, for the clean-up after a CNI and the way from one to another without an outage.
   *
   * @default a CNI that leaves the program is deleted from the cluster, and what it left on the nodes stays there
   */
  readonly access?: NodeAccess;
  /** Whether nodes are cleaned, and new pods get the next CNI's network, when a CNI leaves. Needs `access`. @default true */
  readonly nodeCleanup?: boolean;
  /** Whether pods that hold an address of a CNI that leaves, or has left, are recreated. Needs `access`. @default true */
  readonly recreatePods?: pulumi.Input<boolean>;
  /**
   * A CNI that the cluster had before the program. Where it is the one that is chosen, it is left as it is, and not made;
   * where another one is, its objects go, and the nodes are cleaned. Needs `access`. @default none
   */
  readonly found?: FoundCni;
  /**
   * Whether the CNI that is there stays in the cluster when the program's resources are destroyed: on a cluster that is
   * somebody's. Needs `access`. @default false
   */
  readonly retain?: boolean;
  /**
   * What becomes of what would go wrong in a swap and is found beforehand, in a preview too, by a look at all nodes and
   * at the cluster: ports that are closed between nodes, an MTU that the network does not carry, addresses that are used
   * otherwise, what a node lacks, pods that nobody would recreate, budgets that allow no move. `"refuse"` ends the update
   * before anything was touched, `"tell"` goes on. Needs `access`. @default "refuse"
   */
  readonly preflight?: PreflightChoice;
  /**
   * An archive of images, as container engines save them, on the machine that runs Pulumi: a node that lacks an image of the
   * CNI is given it by its shell, where its runtime is containerd. Needs `access`. @default nodes pull the images
   */
  readonly imageArchive?: pulumi.Input<string>;
  /**
   * How many nodes a swap moves side by side: a number, or a part of them such as `"10%"`, at most half. The control plane,
   * the first of the nodes, is moved alone, as the last one. It counts for the swap after the update that brings it. Needs
   * `access`. @default 1
   */
  readonly atOnce?: AtOnce;
  /** What nodes may hold of CNIs that left without a clean-up: that is made up for when `nodeCleanup` is true again. @default of all CNIs with their usual networks */
  readonly left?: readonly Residue[];
}

const fields: FieldsOf<CniSwapArgs & { readonly type: CniName }> = {
  type: required(plain(oneOf(...cniNames))),
  access: group(accessFields),
  nodeCleanup: plain(flag),
  recreatePods: flag,
  found: foundField,
  retain: plain(flag),
  preflight: plain(oneOf("refuse", "tell", "off")),
  imageArchive: passed(text),
  atOnce: anything,
  left: list(group({ cni: required(plain(text)), network: required(plain(text)) })),
};

/**
 * The CNI of a cluster, chosen by a value. Another value swaps it in one update: Pulumi creates what is new first and
 * deletes what left the program last, dependents before what they depend on, by the scripts that were recorded when
 * it was made. So there are, for each CNI, a clean-up, which everything of the CNI depends on, an arrival and a handover,
 * which depend on the CNI and which workloads depend on. Deletion then goes: pods move node by node, the CNI ends, the
 * nodes are cleaned. An edge that is missing here is an order that is not kept.
 *
 * @throws pulumi.ResourceError if `type` is none of the CNIs, an argument is wrong for that CNI, or `access` is missing for
 * `flannel-etcd`.
 *
 * @example
 * ```ts
 * // Another `type` swaps the CNI, node by node, in the next `pulumi up`.
 * const { access, provider } = cluster;
 * new Cni("cni", { type: "flannel", backend: { type: "host-gw" }, access }, { provider });
 * ```
 */
export class Cni extends pulumi.ComponentResource {
  /** What workloads depend on: once these exist, pods get addresses, or, with `none`, nodes know what is their own. */
  readonly ready: readonly pulumi.Resource[];
  /** The CNI that is chosen, once nothing stands in its way: where the update is refused the one before it goes on. */
  readonly type: pulumi.Output<CniName>;

  constructor(name: string, args: CniArgs, opts?: pulumi.ComponentResourceOptions) {
    const all = { ...fields, ...installerOf(args?.type)?.fields };
    super("cni-lab:index:Cni", name, recorded(args, all), opts);
    const { own } = takeArgs(this, args, all, opts, (values) => problemsOf(args, values));
    const {
      access,
      nodeCleanup = true,
      recreatePods = true,
      found,
      retain = false,
      left,
      preflight: fate,
      atOnce,
      imageArchive,
      ...choice
    } = args;
    if (access === undefined) {
      this.ready = install(name, choice, undefined, own).ready;
      this.type = pulumi.output(choice.type);
    } else {
      const passed = passPreflight(choice, access, { fate, found, recreatePods, imageArchive }, this);
      this.type = passed.apply(() => choice.type);
      const first = pulumi.mergeOptions(own, { dependsOn: passed });
      const wish = record(name, choice, { nodeCleanup, recreatePods, found }, first);
      // What stays when the program ends is told so by the wish, which therefore goes last.
      const kept = retain ? after(first, wish, ...releaseNodes(`${name}-release`, access, after(first, wish))) : first;
      this.ready =
        choice.type === "none"
          ? nodeRecords(`${name}-record`, access, kept)
          : installBetween(name, choice, access, { wish, recreatePods, found, retain, atOnce, imageArchive }, kept);
      if (!nodeCleanup) {
        leave(name, access, leftBeside(choice, left), atOnce, kept);
      }
      previewSwap(access.nodes, choice.type, this);
    }
    this.registerOutputs({ ready: this.ready, type: this.type });
  }
}

/**
 * The scripts of a CNI that leaves can know only at run time which one follows it.
 * An update comes before every deletion, and scripts take its absence for "none".
 */
function record(
  name: string,
  choice: CniChoice,
  { nodeCleanup, recreatePods, found }: Pick<Swap, "recreatePods" | "found"> & { readonly nodeCleanup: boolean },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap {
  const { namespace, name: mapName, key } = desiredCni;
  const residue = choice.type === "none" ? undefined : residueOf(choice);
  const data = pulumi.output({ residue, recreatePods }).apply(({ residue: left, recreatePods: recreate }) => ({
    [key]: choice.type,
    // Else its DaemonSet tells it.
    ...(left !== undefined && left.daemonSet === undefined ? { [desiredNetwork]: left.network } : {}),
    ...(nodeCleanup ? {} : { [leftUndone.nodeCleanup]: "off" }),
    ...(recreate ? {} : { [leftUndone.recreatePods]: "off" }),
    ...(found === undefined ? {} : { [foundCnis]: JSON.stringify([foundMarks(found)]) }),
  }));
  return new k8s.core.v1.ConfigMap(
    `${name}-desired`,
    { metadata: { namespace, name: mapName, labels: labels(mapName, name) }, data },
    opts,
  );
}

/**
 * Without a clean-up a CNI that leaves takes its own resources out of the program, and with them what would clean up
 * after it. These stand in for them until the clean-up is wanted again: their deletion is the clean-up.
 */
function leave(
  name: string,
  access: NodeAccess,
  left: readonly Residue[],
  atOnce: AtOnce | undefined,
  own: pulumi.CustomResourceOptions,
): void {
  for (const residue of left) {
    const part = `${residue.cni}-left`;
    const cleanup = new NodeCleanup(
      `${name}-${part}-clean`,
      { ...access, residue, arrives: false },
      formerly(name, `${part}-clean`, own),
    );
    new Handover(
      `${name}-${part}-handover`,
      { ...access, cni: residue.cni, atOnce },
      formerly(name, `${part}-handover`, after(own, ...cleanup.commands)),
    );
  }
}

/** How the CNI that is chosen comes and goes. */
interface Swap {
  readonly wish: k8s.core.v1.ConfigMap;
  readonly recreatePods: pulumi.Input<boolean>;
  readonly found: FoundCni | undefined;
  readonly retain: boolean;
  readonly atOnce: AtOnce | undefined;
  readonly imageArchive: pulumi.Input<string> | undefined;
}

function installBetween(
  name: string,
  choice: PodCni,
  access: NodeAccess,
  { wish, recreatePods, found: before, retain, atOnce, imageArchive }: Swap,
  own: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { type } = choice;
  const part = `${name}-${type}`;
  const found = before?.cni === type ? before : undefined;
  const residue = found === undefined ? residueOf(choice) : pulumi.output(foundResidue(found));
  const cleanup = new NodeCleanup(
    `${part}-clean`,
    { ...access, residue, found: found !== undefined },
    formerly(name, `${type}-clean`, own),
  );
  const carried =
    found === undefined && imageArchive !== undefined
      ? carriedImages(`${part}-images`, access, { archive: imageArchive, images: needsOf(choice).images }, own)
      : [];
  const cleaned = after(own, ...cleanup.commands, ...carried);
  const { kubeconfig } = access;
  const mark = wish.metadata.resourceVersion;
  const { ready, objects = [] }: Installed =
    found === undefined
      ? install(name, choice, access, { ...cleaned, ...(retain ? { retainOnDelete: true } : {}) }, { [wishMark]: mark })
      : { ready: [cniObjects(`${part}-found`, { ...found, kubeconfig, wish: mark }, cleaned)] };
  const kept =
    retain && objects.length > 0 ? { cni: type, objects: identitiesOf(objects), kubeconfig, wish: mark } : undefined;
  const leaving = kept === undefined ? [] : [cniObjects(`${part}-objects`, kept, after(cleaned, ...ready))];
  const there = after(own, ...ready, ...leaving);
  const { conflist } = residue;
  const arrival = new Arrival(
    `${part}-arrival`,
    { ...access, conflist, recreatePods, found: found !== undefined },
    formerly(name, `${type}-arrival`, there),
  );
  installers[type].beside?.(name, access, own, retain);
  const { ends } = new Handover(
    `${part}-handover`,
    { ...access, cni: type, atOnce },
    formerly(name, `${type}-handover`, there),
  );
  return ends.length === 0 ? [...ready] : [...arrival.commands, ...ends];
}

/** What everything of the CNI that is chosen waits for: that nothing is known to stand in its way. */
function passPreflight(
  choice: CniChoice,
  access: NodeAccess,
  {
    fate = "refuse",
    found,
    recreatePods,
    imageArchive,
  }: Pick<Swap, "found" | "recreatePods" | "imageArchive"> & { readonly fate?: PreflightChoice },
  cni: Cni,
): pulumi.Output<pulumi.Resource[]> {
  if (choice.type === "none" || found?.cni === choice.type || fate === "off") {
    return pulumi.output<pulumi.Resource[]>([]);
  }
  const { title } = definitionOf(choice.type);
  const coming = pulumi
    .all([residueOf(choice), needsOf(choice), recreatePods])
    .apply(([{ cni: id, network, links, conflist, living }, needs, moves]) => ({
      ...{ cni: id, title, network, links, conflist, programs: living.programs, needs, recreatePods: moves },
      carriesImages: imageArchive !== undefined,
    }));
  return preflight(access, coming, fate, cni);
}

function install(
  name: string,
  choice: CniChoice,
  access: NodeAccess | undefined,
  opts: pulumi.CustomResourceOptions,
  marks: Marks = {},
): Installed {
  const installer = installerOf(choice.type);
  if (choice.type === "none" || installer === undefined) {
    return { ready: [] };
  }
  const { type, ...args } = choice;
  return installer.install(`${name}-${type}`, { ...args, ...access }, formerly(name, type, opts), marks);
}

type PodCni = Exclude<CniChoice, { readonly type: "none" }>;

/** The installer of any CNI: which arguments are its own is what `CniChoice` says. */
function installerOf(type: CniName | undefined): CniInstaller<object, object> | undefined {
  return type === undefined || type === "none" ? undefined : installers[type];
}

/** What is wrong with the arguments of the chosen CNI, all of them plain. */
function problemsOf(args: CniArgs, values: object): readonly Problem[] {
  const installer = installerOf(args.type);
  return [
    ...(installer?.problemsOf(values) ?? []),
    ...atOnceProblems("atOnce", args.atOnce),
    ...(args.found?.cni === args.type ? [] : fileProblems("imageArchive", args.imageArchive)),
    ...(installer?.needsAccess === true && args.access === undefined ? [accessMissing(args.type)] : []),
  ];
}

function fileProblems(field: string, file: unknown): Problem[] {
  return typeof file !== "string" || existsSync(file)
    ? []
    : [
        {
          field,
          value: file,
          rule: "is no file of this machine",
          fix: `have a container engine save the images there`,
        },
      ];
}

function accessMissing(type: CniName): Problem {
  return {
    field: "access",
    rule: `must be given with the CNI ${type}, which is a service on the nodes`,
    fix: "give the nodes, each with a shell, and an administrator's kubeconfig",
  };
}

/** What the chosen CNI needs of the nodes. */
function needsOf({ type, ...args }: PodCni): pulumi.Output<CniNeeds> {
  const installer: CniInstaller<object, CniValues> = installers[type];
  return installer.needsOf(args).apply(({ images, ...needs }) => ({ ...needs, images: images.map(wholeImageName) }));
}

/** What the chosen CNI leaves on a node, with its network. */
function residueOf({ type, ...args }: PodCni): pulumi.Output<Residue> {
  const { podNetwork, residue } = definitionOf(type);
  return pulumi.output(installerOf(type)?.networkOf(args) ?? podNetwork.default).apply(residue);
}

/**
 * What another CNI than the one in force may have left. Not one whose links have the same names: none of the two can have
 * left anything where the other one is, as it does not come to a node that was not cleaned.
 */
function leftBeside(choice: CniChoice, left: readonly Residue[] = residues()): Residue[] {
  if (choice.type === "none") {
    return [...left];
  }
  const { podNetwork, residue } = definitionOf(choice.type);
  const { links } = residue(podNetwork.default);
  return left.filter((other) => other.cni !== choice.type && !other.links.some((link) => links.includes(link)));
}
