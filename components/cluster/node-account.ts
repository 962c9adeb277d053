import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/labels";
import { type FieldsOf, text } from "../args/fields";
import { recorded, takeArgs } from "../args/take";
import { grant } from "./rights";
import type { ShellAccount } from "./shell/account";
import { systemNamespace } from "./system-namespace";

export interface NodeAccountArgs {
  /** Where the account is made. @default "kube-system" */
  readonly namespace?: pulumi.Input<string>;
  /** The URL of the API server as nodes reach it. @default that of the administrator's kubeconfig */
  readonly server?: pulumi.Input<string>;
}

const fields: FieldsOf<NodeAccountArgs> = { namespace: text, server: text };

/** The name of the account and of its role. */
const name = "cni-lab-node";

/**
 * With whose rights the scripts of a swap work in the cluster: an account that may look at pods and nodes, move pods,
 * cordon nodes and remove what a CNI has left, and no more. So an administrator's kubeconfig goes to no node.
 *
 * @throws pulumi.ResourceError if an argument has the wrong shape.
 *
 * @example
 * ```ts
 * const account = new NodeAccount("account", {}, { provider });
 * const hostKey = "ssh-ed25519 AAAA...";
 * const shell = new SshShell({ host: "192.0.2.11", hostKey, account: account.account });
 * new Cni("cni", { type: "weave", access: { nodes: [{ name: "n1", shell }], kubeconfig } }, { dependsOn: account });
 * ```
 */
export class NodeAccount extends pulumi.ComponentResource {
  /** What a shell takes. */
  readonly account: ShellAccount;

  constructor(componentName: string, args: NodeAccountArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:NodeAccount", componentName, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts);
    const metadata = { name, namespace: args.namespace ?? systemNamespace, labels: labels(name, componentName) };
    const account = new k8s.core.v1.ServiceAccount(
      `${componentName}-account`,
      { metadata, automountServiceAccountToken: false },
      own,
    );
    const { namespace: _, ...clusterWide } = metadata;
    const { binding } = grant(componentName, { kind: "ClusterRole", metadata: clusterWide, rules, account }, own);
    const inTurn = { ...metadata, namespace: systemNamespace };
    const turns = grant(`${componentName}-turns`, { kind: "Role", metadata: inTurn, rules: turnRules, account }, own);
    // The account is of use once it has its rights.
    const ready = pulumi.all([account.metadata, binding.id, turns.binding.id]).apply(([meta]) => meta);
    this.account = { namespace: ready.namespace, name: ready.name, server: args.server };
    this.registerOutputs({ account: this.account });
  }
}

/** What the scripts of a swap and of its preflight ask of the cluster. */
const rules = [
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "patch", "delete"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "patch"] },
  { apiGroups: [""], resources: ["services"], verbs: ["list"] },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: ["list"] },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list"] },
  { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["list", "delete"] },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["list", "delete"] },
];

/** Nodes that are moved side by side take turns, by Leases where the cluster keeps which CNI it is to have. */
const turnRules = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update", "delete"] },
];
