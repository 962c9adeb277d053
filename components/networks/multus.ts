import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/labels";
import { awaitAnnotations } from "../args/await";
import { anything, type FieldsOf, flag, oneOf, plain, text } from "../args/fields";
import { after, recorded, takeArgs } from "../args/take";
import { nodesField, type ReachableNode } from "../cluster/node-access";
import { grant } from "../cluster/rights";
import { folderProblems, foldersOf } from "./cni-folders";
import { daemonConfig } from "./multus-conf";
import { multusPathsIn } from "./multus-paths";
import { type MultusForm, multusInstance, multusSpec } from "./multus-pods";
import { networkDaemons } from "./names";
import { existingDefinitions, networkDefinitions } from "./network-definitions";
import { nodePaths } from "./node-paths";

export interface MultusArgs extends MultusForm {
  /**
   * `made`: the kind NetworkAttachmentDefinition comes and goes with this, and with it all networks of the kind.
   * `existing`: the cluster has it, and it stays as it is; where it has none, a preview ends with "does not exist":
   * take `made` then, or install the kind that your Multus comes with. From
   * `made` to `existing` it is let go of, and stays too.
   *
   * @default "made"
   */
  readonly definitions?: "made" | "existing";
  /** Leave the pods' readiness to whoever looks at them: without a conflist they never become ready. @default false */
  readonly skipAwait?: pulumi.Input<boolean>;
  /** The nodes that are cleaned when Multus goes. @default what it keeps on them stays there */
  readonly nodes?: readonly ReachableNode[];
}

const fields: FieldsOf<MultusArgs> = {
  confFolder: text,
  binFolder: text,
  type: plain(oneOf("thick", "thin")),
  definitions: plain(oneOf("made", "existing")),
  masterConflist: text,
  image: text,
  resources: anything,
  skipAwait: flag,
  nodes: nodesField,
};

/**
 * Multus: attaches pods to secondary networks, those that their annotation requests. The CNI's conflist stays as it is.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape, or a folder is no absolute path.
 *
 * @example
 * ```ts
 * const multus = new Multus("multus", { type: "thick", masterConflist: "10-flannel.conflist" }, { provider });
 * ```
 */
export class Multus extends pulumi.ComponentResource {
  /** The kind NetworkAttachmentDefinition: once it exists, networks can be made. */
  readonly definitions: k8s.apiextensions.v1.CustomResourceDefinition;
  /** Ready when the runtime of every node that the cluster has at that time calls Multus. */
  readonly daemonSet: k8s.apps.v1.DaemonSet;

  constructor(name: string, args: MultusArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Multus", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, folderProblems);
    const { namespace, multus } = networkDaemons;
    const type = args.type ?? "thick";
    const shared = { labels: labels("multus", multusInstance) };

    const { masterConflist } = args;
    const folders = foldersOf(args);

    const makeDefinitions = args.definitions === "existing" ? existingDefinitions : networkDefinitions;
    this.definitions = makeDefinitions(`${name}-definitions`, own);
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { ...shared, name: "multus", namespace } },
      own,
    );
    const metadata = { ...shared, name: "multus" };
    const { binding } = grant(name, { kind: "ClusterRole", metadata, rules: rulesOf(type), account }, own);
    const config =
      type === "thin"
        ? undefined
        : new k8s.core.v1.ConfigMap(
            `${name}-config`,
            {
              metadata: { ...shared, name: "multus-daemon-config", namespace },
              data: { "daemon-config.json": pulumi.output({ ...folders, masterConflist }).apply(daemonConfig) },
            },
            own,
          );
    const kept = nodePaths(`${name}-clean`, args.nodes ?? [], pulumi.output(folders).apply(multusPathsIn), own);
    const annotations = awaitAnnotations(args.skipAwait);
    this.daemonSet = new k8s.apps.v1.DaemonSet(
      `${name}-daemonset`,
      {
        metadata: { ...shared, name: multus, namespace, annotations },
        spec: multusSpec({ ...args, type }, account.metadata.name, config),
      },
      // Without the kind the daemon waits 20 s for it at its start.
      after(own, binding, this.definitions, ...kept),
    );
    this.registerOutputs({ definitions: this.definitions, daemonSet: this.daemonSet });
  }
}

/** Multus reads pods and networks, writes what a pod got into its annotation, and tells of it in an event; no more. */
function rulesOf(type: "thick" | "thin") {
  // The daemon keeps a copy of both, the thin form asks for one at a time.
  const read = type === "thick" ? ["get", "list", "watch"] : ["get"];
  return [
    { apiGroups: ["k8s.cni.cncf.io"], resources: ["network-attachment-definitions"], verbs: read },
    { apiGroups: [""], resources: ["pods"], verbs: read },
    { apiGroups: [""], resources: ["pods/status"], verbs: ["update"] },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  ];
}
