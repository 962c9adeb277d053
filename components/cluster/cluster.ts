import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parseCidr } from "../../lib/cidr";
import { describeProblem, type Problem } from "../../lib/user-error";
import { images, versions } from "../../lib/versions";
import { awake } from "./awake";
import { type ClusterLan, createLans } from "./cluster-lans";
import type { ContainerEngine } from "./engine/engine";
import { podman } from "./engine/podman";
import { apiPort, initConfig, joinConfig, parseInvitation } from "./kubeadm";
import { initScript, inviteScript, joinScript, kubeconfigScript } from "./kubeadm-scripts";
import { forThisMachine } from "./kubeconfig";
import { lanNames, maxNodes, planNodes } from "./lan";
import { lookAround } from "./look-around";
import { createNode, deleteNode, wakeNode } from "./node-container";
import { ContainerShell, type NodeShell } from "./node-shell";
import type { NodeNetwork } from "./node-state/vagrant";
import { defaultPodNetwork } from "./pod-network";
import { generationOf, isAsleep, lanGeneration, lanOwner, missingParts, ownerIn, type StackStanding } from "./standing";

export interface ClusterArgs {
  /** The lab that the nodes belong to: part of the names of containers and networks, and their label. */
  readonly stack: string;
  /** The container engine that the nodes are of. @default podman */
  readonly engine?: ContainerEngine;
  /** How many nodes; the first is the control plane and runs pods too. From 1 to 9. @default 3 */
  readonly nodes?: number;
  /** The image of the nodes, with Kubernetes and the images of all workloads in it. */
  readonly nodeImage: string;
  /** The LAN of the nodes, an IPv4 /24: node 1 is .11, this machine .1. */
  readonly lanCidr: string;
  /** The network of the pods. @default "10.244.0.0/16" */
  readonly podCidr?: string;
  /** The network of the Services. @default "10.96.0.0/12" */
  readonly serviceCidr?: string;
  /** A LAN besides, without addresses of its own: the nodes' interface eth2. @default false */
  readonly secondLan?: boolean;
  /** How nodes are connected. With `vagrant`, each has an eth0 behind a NAT of its own, with the default route and the same address on all. @default "lan" */
  readonly nodeNetwork?: NodeNetwork;
}

/** A node of a cluster, and how to run commands on it. */
export interface ClusterNode {
  readonly name: string;
  readonly container: string;
  readonly address: string;
  readonly shell: NodeShell;
  /** The node's container, as a resource: what lives in the node goes with it. */
  readonly machine: pulumi.Resource;
  /** The container's id: changes when the node is made anew. */
  readonly id: pulumi.Output<string>;
}

interface StartedNode extends ClusterNode {
  /** The command line that makes it; what depends on this goes with the node. */
  readonly line: pulumi.Output<string>;
}

/** A node before it is made. */
interface NodePlace {
  readonly name: string;
  readonly address: string;
  readonly container: string;
}

/** The name under which nodes reach the API server: certificates hold it, so addresses may change. */
const endpointName = "control-plane.cni-lab.internal";

/**
 * A Kubernetes cluster of containers on this machine, made by kubeadm, with kube-proxy and CoreDNS and no CNI:
 * nodes become Ready when one is added.
 *
 * @throws pulumi.ResourceError if `nodes` is not a whole number from 1 to 9, or `lanCidr` is not an IPv4 /24.
 *
 * @example
 * ```ts
 * const cluster = new Cluster("cluster", { stack: "demo", nodes: 2, nodeImage, lanCidr: "10.89.7.0/24" });
 * new Flannel("flannel", {}, { provider: cluster.provider, dependsOn: [...cluster.members] });
 * ```
 */
export class Cluster extends pulumi.ComponentResource {
  /** The LANs that all nodes are on, the one with the nodes' addresses first. */
  readonly lans: readonly ClusterLan[];
  /** The nodes, the control plane first. */
  readonly nodes: readonly ClusterNode[];
  /** A kubeconfig of the cluster's administrator, usable on this machine; a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Identifies this very cluster: another one of the same name has another id. */
  readonly id: pulumi.Output<string>;
  /** The provider of everything inside the cluster. It works once the control plane answers. */
  readonly provider: k8s.Provider;
  /** What has to exist before every node is a member of the cluster. */
  readonly members: readonly pulumi.Resource[];
  /** The resource with which everything inside the cluster goes. */
  readonly controlPlane: pulumi.Resource;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Cluster", name, {}, opts);
    const podCidr = args.podCidr ?? defaultPodNetwork;
    const serviceCidr = args.serviceCidr ?? "10.96.0.0/12";
    const problems = clusterProblems(args);
    if (problems.length > 0) {
      throw new pulumi.ResourceError(problems.map(describeProblem).join("\n"), this);
    }

    const places = planNodes(args.lanCidr, args.nodes ?? 3).map((node) => ({
      ...node,
      container: `cni-lab-${args.stack}-${node.name}`,
    }));
    const lans = lanNames(args.stack);
    const engine = args.engine ?? podman;
    const standing = this.lookAround(engine, args, places);
    const parts = { lan: lans.first, nodes: places, image: args.nodeImage };
    this.lans = createLans(
      name,
      { ...args, engine },
      {
        first: standing.apply((found) => ({
          generation: lanGeneration(found, parts),
          owner: lanOwner(found, parts),
        })),
        second: standing.apply((found) => ({
          generation: generationOf(found.networks, lans.second, found.fresh),
          owner: ownerIn(found.networks, lans.second, found.owner),
        })),
      },
      { parent: this },
    );
    const [firstPlace, ...otherPlaces] = places;
    if (firstPlace === undefined) {
      throw new RangeError("a cluster has at least one node");
    }
    const first = this.startNode(name, firstPlace, { ...args, engine }, standing, true);
    // A worker goes with its control plane. One that is made anew is first forgotten by it, which has to run for that.
    const ready = pulumi
      .all([standing, first.line])
      .apply(([found]) => (isAsleep(found, parts) ? first.id.apply(() => found) : pulumi.output(found)));
    const others = otherPlaces.map((place) => this.startNode(name, place, { ...args, engine }, ready, false));

    this.id = first.id;
    this.controlPlane = first.machine;
    const endpoint = { name: endpointName, address: first.address, port: apiPort };
    const initialised = first.shell.command(
      `${name}-init`,
      {
        create: initScript,
        stdin: initConfig({
          kubernetesVersion: versions.kubernetes,
          corednsTag: images.coredns.slice(images.coredns.lastIndexOf(":") + 1),
          endpoint: endpoint.name,
          address: endpoint.address,
          nodeName: first.name,
          podCidr,
          serviceCidr,
        }),
        triggers: [first.id],
      },
      this.childOf(first.machine),
    );
    this.kubeconfig = this.readKubeconfig(name, first, endpoint, initialised);
    this.provider = new k8s.Provider(
      `${name}-api`,
      {
        kubeconfig: this.kubeconfig,
        clusterIdentifier: this.id,
        // A changed ConfigMap is changed in place: replacing it would take it away from running pods for a while.
        enableConfigMapMutable: true,
        // What the program says wins over what somebody has patched by hand: else the cure of a bug would be refused.
        enablePatchForce: true,
      },
      { parent: this, dependsOn: initialised },
    );
    this.members = [initialised, ...others.map((node) => this.join(name, node, first, initialised))];
    this.nodes = [first, ...others].map(({ line: _, ...node }) => node);
    this.registerOutputs({ kubeconfig: this.kubeconfig, id: this.id });
  }

  /** What there is of the cluster; says what another hand has removed of it. */
  private lookAround(
    engine: ContainerEngine,
    { stack, secondLan = false, nodeImage }: ClusterArgs,
    nodes: readonly NodePlace[],
  ): pulumi.Output<StackStanding> {
    const { first, second } = lanNames(stack);
    return lookAround(engine, stack, secondLan ? [first, second] : [first]).apply(async (found) => {
      for (const sentence of missingParts(found, { lan: first, nodes, image: nodeImage })) {
        await pulumi.log.warn(sentence, this);
      }
      return found;
    });
  }

  /**
   * @param first the control plane: it goes with its LAN, while a worker can be made anew by itself
   */
  private startNode(
    name: string,
    { name: nodeName, address, container }: NodePlace,
    { engine, stack, nodeImage, lanCidr, nodeNetwork }: ClusterArgs & { readonly engine: ContainerEngine },
    standing: pulumi.Output<StackStanding>,
    first: boolean,
  ): StartedNode {
    const plan = {
      stack,
      name: nodeName,
      container,
      image: nodeImage,
      lans: this.lans.map(({ network, link, cidr }) => ({
        network,
        link,
        address: cidr === undefined ? undefined : address,
      })),
      network: nodeNetwork,
      endpoint: { name: endpointName, address: planNodes(lanCidr, 1)[0]?.address ?? address },
    };
    const owner = standing.apply((found) => ownerIn(found.containers, container, found.owner));
    const generation = first
      ? pulumi.output("")
      : standing.apply((found) => generationOf(found.containers, container, found.fresh));
    const line = pulumi
      .all([generation, owner])
      .apply(([which, own]) => createNode(engine, { ...plan, generation: which, owner: own }));
    // A control plane that would be made otherwise goes as one that is gone does.
    const create = this.goesWith(`${name}-${nodeName}-generation`, first ? line : generation, line);
    const machine = new command.local.Command(
      `${name}-${nodeName}`,
      {
        create,
        delete: owner.apply((own) => deleteNode(engine, container, own)),
        // The LANs' outputs among the triggers make the engine remove the nodes first when it replaces a LAN.
        triggers: [create, ...this.lans.map(({ id }) => id)],
        logging: "none",
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const shell = new ContainerShell(engine, container);
    const id = awake(machine.stdout, engine, container, wakeNode(engine, container));
    return { name: nodeName, container, address, shell, machine, id, line: create };
  }

  /**
   * A value that depends on a resource which is replaced when `trigger` changes, and all that depends on the value with
   * it. The engine passes over the deletion of what is `deletedWith` a container only where that is removed on account
   * of another resource: nothing can be undone in a container that is gone, and the provider of what was in a cluster
   * is ended by the engine as soon as it sees that another takes its place (registry.Diff in pulumi/pkg 3.239).
   */
  private goesWith(name: string, trigger: pulumi.Output<string>, value: pulumi.Output<string>): pulumi.Output<string> {
    const resource = new command.local.Command(
      name,
      // With the LANs, so that a LAN which is made anew comes first.
      { create: "true", triggers: [trigger, ...this.lans.map(({ id }) => id)], logging: "none" },
      { parent: this, deleteBeforeReplace: true },
    );
    // A URN is known beforehand: nothing depends on a value that a preview does not know.
    return pulumi.all([resource.urn, value]).apply(([, own]) => own);
  }

  private readKubeconfig(
    name: string,
    first: ClusterNode,
    endpoint: { name: string; address: string; port: number },
    initialised: pulumi.Resource,
  ): pulumi.Output<string> {
    const read = first.shell.command(
      `${name}-kubeconfig`,
      { create: kubeconfigScript, triggers: [first.id] },
      { ...this.childOf(first.machine), dependsOn: initialised, additionalSecretOutputs: ["stdout"] },
    );
    return pulumi.secret(read.stdout.apply((json) => forThisMachine(json, endpoint)));
  }

  private join(name: string, node: ClusterNode, first: ClusterNode, initialised: pulumi.Resource): pulumi.Resource {
    const invitation = first.shell.command(
      `${name}-${node.name}-invitation`,
      { ...inviteScript(node.name), triggers: [node.id, first.id] },
      {
        ...this.childOf(first.machine),
        dependsOn: initialised,
        additionalSecretOutputs: ["stdout"],
        deleteBeforeReplace: true,
      },
    );
    return node.shell.command(
      `${name}-${node.name}-join`,
      {
        create: joinScript(node.name),
        stdin: pulumi.secret(invitation.stdout.apply((printed) => joinConfig(node, parseInvitation(printed)))),
        triggers: [node.id, first.id],
      },
      this.childOf(node.machine),
    );
  }

  /** A command on a node goes with the node: there is nothing to undo once its container is gone. */
  private childOf(machine: pulumi.Resource): pulumi.CustomResourceOptions {
    return { parent: this, deletedWith: machine };
  }
}

/** What is wrong with the arguments, all at once. */
function clusterProblems({ nodes = 3, lanCidr }: ClusterArgs): Problem[] {
  const problems: Problem[] = [];
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > maxNodes) {
    problems.push({ field: "nodes", value: String(nodes), rule: `must be a whole number from 1 to ${maxNodes}` });
  }
  if (parseCidr(lanCidr)?.prefix !== 24) {
    problems.push({ field: "lanCidr", value: lanCidr, rule: "must be an IPv4 network with the prefix /24" });
  }
  return problems;
}
