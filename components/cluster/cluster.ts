import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { images, versions } from "../../lib/versions";
import { after, recorded, takeArgs } from "../args/take";
import { type ApiPlace, createApiDoor } from "./api-door";
import { awake } from "./awake";
import { type ClusterArgs, clusterFields, clusterProblems } from "./cluster-args";
import { type ClusterLan, createLans } from "./cluster-lans";
import type { ContainerEngine } from "./engine/engine";
import { podman } from "./engine/podman";
import { apiPort, initConfig, joinConfig, parseInvitation } from "./kubeadm";
import { initScript, inviteScript, joinScript, kubeconfigScript } from "./kubeadm-scripts";
import { reachedAt } from "./kubeconfig";
import { lanNames, nodeNames, nodeOnLan } from "./lan";
import { lookAround } from "./look-around";
import type { NodeAccess } from "./node-access";
import { createNode, deleteNode, wakeNode } from "./node-container";
import { defaultPodNetwork } from "./pod-network";
import { ContainerShell } from "./shell/container-shell";
import type { NodeShell } from "./shell/node-shell";
import {
  type ClusterParts,
  generationOf,
  isAsleep,
  lanGeneration,
  lanOwner,
  missingParts,
  ownerIn,
  type StackStanding,
} from "./standing";

/** The arguments that everything of the cluster is made by, with their defaults. */
type ClusterPlan = ClusterArgs & { readonly engine: ContainerEngine };

/** A node of a cluster, and how to run commands on it. */
export interface ClusterNode {
  readonly name: string;
  readonly container: string;
  readonly address: pulumi.Output<string>;
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
  readonly address: pulumi.Output<string>;
  readonly container: string;
}

/** The name under which nodes reach the API server: certificates hold it, so addresses may change. */
const endpointName = "control-plane.cni-lab.internal";

/**
 * A Kubernetes cluster of containers on this machine, made by kubeadm, with kube-proxy and CoreDNS and no CNI:
 * nodes become Ready when one is added.
 *
 * @throws pulumi.ResourceError if `nodes` is not a whole number from 1 to 9, `lanCidr` is not an IPv4 /24, or `podCidr` or
 * `serviceCidr` is not an IPv4 network.
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
  /** What it takes to work on the nodes: them, and a kubeconfig of the administrator that they can use, which this machine may not. */
  readonly access: NodeAccess;
  /** Identifies this very cluster: another one of the same name has another id. */
  readonly id: pulumi.Output<string>;
  /** The provider of everything inside the cluster. It works once the control plane answers. */
  readonly provider: k8s.Provider;
  /** What has to exist before every node is a member of the cluster. */
  readonly members: readonly pulumi.Resource[];
  /** The resource with which everything inside the cluster goes. */
  readonly controlPlane: pulumi.Resource;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Cluster", name, recorded(args, clusterFields), opts);
    const { own, values } = takeArgs(this, args, clusterFields, opts, clusterProblems);
    const plan = { ...args, engine: args.engine ?? podman };
    const places = nodeNames(args.nodes ?? 3).map((node, i) => ({
      name: node,
      address: values.apply(({ lanCidr }) => nodeOnLan(lanCidr, i)),
      container: `cni-lab-${args.stack}-${node}`,
    }));
    const lans = lanNames(args.stack);
    const parts = pulumi.output(args.nodeImage).apply((image) => ({ lan: lans.first, nodes: namesOf(places), image }));
    const standing = this.lookAround(plan, parts);
    const found = pulumi.all([standing, parts]);
    this.lans = createLans(
      name,
      { ...plan, lanCidr: values.lanCidr },
      {
        first: found.apply(([there, wanted]) => ({
          generation: lanGeneration(there, wanted),
          owner: lanOwner(there, wanted),
        })),
        second: standing.apply((there) => ({
          generation: generationOf(there.networks, lans.second, there.fresh),
          owner: ownerIn(there.networks, lans.second, there.owner),
        })),
      },
      own,
    );
    const [firstPlace, ...otherPlaces] = places;
    if (firstPlace === undefined) {
      throw new RangeError("a cluster has at least one node");
    }
    const first = this.startNode(name, firstPlace, plan, standing, own);
    // A worker goes with its control plane. One that is made anew is first forgotten by it, which has to run for that.
    const ready = pulumi
      .all([standing, first.line])
      .apply(([there]) => (isAsleep(there, firstPlace) ? first.id.apply(() => there) : pulumi.output(there)));
    const others = otherPlaces.map((place) => this.startNode(name, place, plan, ready, own, first));

    this.id = first.id;
    this.controlPlane = first.machine;
    const initialised = first.shell.command(
      `${name}-init`,
      {
        create: initScript,
        stdin: pulumi
          .all([first.address, args.podCidr ?? defaultPodNetwork, args.serviceCidr ?? "10.96.0.0/12"])
          .apply(([address, podCidr, serviceCidr]) =>
            initConfig({
              kubernetesVersion: versions.kubernetes,
              corednsTag: images.coredns.slice(images.coredns.lastIndexOf(":") + 1),
              endpoint: endpointName,
              nodeName: first.name,
              ...{ address, podCidr, serviceCidr },
            }),
          ),
        triggers: [first.id],
      },
      { ...own, deletedWith: first.machine },
    );
    const place = this.apiPlace(name, plan, first, own);
    const { here, onNodes } = this.readKubeconfigs(name, first, place, after(own, initialised));
    this.kubeconfig = here;
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
      after(own, initialised),
    );
    this.members = [initialised, ...others.map((node) => this.join(name, node, first, own, initialised))];
    this.nodes = [first, ...others].map(({ line: _, ...node }) => node);
    this.access = { nodes: this.nodes, kubeconfig: onNodes };
    this.registerOutputs({ kubeconfig: this.kubeconfig, id: this.id, provider: this.provider });
  }

  /** What there is of the cluster; says what another hand has removed of it. */
  private lookAround(
    { engine, stack, secondLan = false }: ClusterPlan,
    parts: pulumi.Output<ClusterParts>,
  ): pulumi.Output<StackStanding> {
    const { first, second } = lanNames(stack);
    const standing = lookAround(engine, stack, { parent: this }, secondLan ? [first, second] : [first]);
    pulumi.all([standing, parts]).apply(async ([found, wanted]) => {
      for (const sentence of missingParts(found, wanted)) {
        await pulumi.log.warn(sentence, this);
      }
    });
    return standing;
  }

  /**
   * @param first the control plane; none where it is this one, which goes with its LAN, while a worker can be made anew by itself
   */
  private startNode(
    name: string,
    { name: nodeName, address, container }: NodePlace,
    { engine, stack, nodeImage, nodeNetwork }: ClusterPlan,
    standing: pulumi.Output<StackStanding>,
    own: pulumi.CustomResourceOptions,
    first?: ClusterNode,
  ): StartedNode {
    const plan = pulumi.output({
      stack,
      name: nodeName,
      container,
      image: nodeImage,
      lans: this.lans.map(({ network, link, cidr }) => ({ network, link, address: cidr && address })),
      network: nodeNetwork,
      endpoint: { name: endpointName, address: first?.address ?? address },
    });
    const owner = standing.apply((found) => ownerIn(found.containers, container, found.owner));
    const generation =
      first === undefined
        ? pulumi.output("")
        : standing.apply((found) => generationOf(found.containers, container, found.fresh));
    const line = pulumi
      .all([plan, generation, owner])
      .apply(([node, which, whose]) => createNode(engine, { ...node, generation: which, owner: whose }));
    // A control plane that would be made otherwise goes as one that is gone does.
    const trigger = first === undefined ? line : generation;
    const create = this.goesWith(`${name}-${nodeName}-generation`, trigger, line, own);
    const machine = new command.local.Command(
      `${name}-${nodeName}`,
      {
        create,
        delete: owner.apply((whose) => deleteNode(engine, container, whose)),
        // The LANs' outputs among the triggers make the engine remove the nodes first when it replaces a LAN.
        triggers: [create, ...this.lans.map(({ id }) => id)],
        logging: "none",
      },
      { ...own, deleteBeforeReplace: true },
    );
    const shell = new ContainerShell(engine, container);
    const id = awake(machine.stdout, engine, container, wakeNode(engine, container), { parent: this });
    return { name: nodeName, container, address, shell, machine, id, line: create };
  }

  /**
   * A value that depends on a resource which is replaced when `trigger` changes, and all that depends on the value with
   * it. The engine passes over the deletion of what is `deletedWith` a container only where that is removed on account
   * of another resource: nothing can be undone in a container that is gone, and the provider of what was in a cluster
   * is ended by the engine as soon as it sees that another takes its place (registry.Diff in pulumi/pkg 3.239).
   */
  private goesWith(
    name: string,
    trigger: pulumi.Output<string>,
    value: pulumi.Output<string>,
    own: pulumi.CustomResourceOptions,
  ): pulumi.Output<string> {
    const resource = new command.local.Command(
      name,
      // With the LANs, so that a LAN which is made anew comes first.
      { create: "true", triggers: [trigger, ...this.lans.map(({ id }) => id)], logging: "none" },
      { ...own, deleteBeforeReplace: true },
    );
    // A URN is known beforehand: nothing depends on a value that a preview does not know.
    return pulumi.all([resource.urn, value]).apply(([, kept]) => kept);
  }

  /** Where this machine finds the API server, once that can be asked there. */
  private apiPlace(
    name: string,
    { engine, stack, nodeImage: image, lanCidr }: ClusterPlan,
    { address }: ClusterNode,
    own: pulumi.CustomResourceOptions,
  ): pulumi.Output<ApiPlace> {
    const [lan] = this.lans;
    if (engine.reach === "address" || lan === undefined) {
      return address.apply((host) => ({ address: host, port: apiPort }));
    }
    return createApiDoor(`${name}-api-door`, { stack, image, lan, lanCidr: pulumi.output(lanCidr), address }, own);
  }

  private readKubeconfigs(
    name: string,
    first: ClusterNode,
    place: pulumi.Output<ApiPlace>,
    initialised: pulumi.CustomResourceOptions,
  ): { readonly here: pulumi.Output<string>; readonly onNodes: pulumi.Output<string> } {
    const read = first.shell.command(
      `${name}-kubeconfig`,
      { create: kubeconfigScript, triggers: [first.id] },
      { ...initialised, deletedWith: first.machine, additionalSecretOutputs: ["stdout"] },
    );
    const at = (server: pulumi.Output<ApiPlace>) =>
      pulumi.secret(
        pulumi.all([read.stdout, server]).apply(([json, { address, port }]) => {
          return reachedAt(json, { name: endpointName, address, port });
        }),
      );
    const onLan = first.address.apply((address): ApiPlace => ({ address, port: apiPort }));
    return { here: at(place), onNodes: at(onLan) };
  }

  private join(
    name: string,
    node: ClusterNode,
    first: ClusterNode,
    own: pulumi.CustomResourceOptions,
    initialised: pulumi.Resource,
  ): pulumi.Resource {
    const invitation = first.shell.command(
      `${name}-${node.name}-invitation`,
      { ...inviteScript(node.name), triggers: [node.id, first.id] },
      {
        ...after(own, initialised),
        deletedWith: first.machine,
        additionalSecretOutputs: ["stdout"],
        deleteBeforeReplace: true,
      },
    );
    return node.shell.command(
      `${name}-${node.name}-join`,
      {
        create: joinScript(node.name),
        stdin: pulumi.secret(
          pulumi
            .all([invitation.stdout, node.address])
            .apply(([printed, address]) => joinConfig({ name: node.name, address }, parseInvitation(printed))),
        ),
        triggers: [node.id, first.id],
      },
      { ...own, deletedWith: node.machine },
    );
  }
}

const namesOf = (places: readonly NodePlace[]) => places.map(({ name, container }) => ({ name, container }));
