import type { Problem } from "../../lib/user-error";
import type { Setting } from "./setting";
import type { Residue } from "./swap/residue";

/**
 * What a CNI is, as plain data: all that the rest of the lab knows of it. Its component, its scripts and its config keys
 * lie in the same folder. `registry.ts` lists the definitions; nothing here may import Pulumi, as `./lab` reads it.
 */
export interface CniDefinition<Id extends string = string, Settings extends CniSettings = CniSettings> {
  /** The value of the config key `cni`. */
  readonly id: Id;
  /** The program's name, for sentences. */
  readonly title: string;
  /**
   * Whether its links have the names of another one's, so that it can be on no node together with another CNI: it comes
   * and goes by way of `none`.
   */
  readonly exclusive: boolean;
  /** Its own config keys, each with its rule, its default and a description. */
  readonly settings: Settings;
  /** Which of its keys are secrets. */
  readonly secrets: readonly string[];
  /** What is wrong with a stack's settings for this CNI and for no other. @default nothing */
  readonly problems?: (settings: Readonly<Record<string, unknown>>) => readonly Problem[];
  /** The network of its pods: the config key that sets it, and what that is by default. */
  readonly podNetwork: { readonly key: string; readonly default: string };
  /** Which part of that network is a node's. */
  readonly nodeSubnet: NodeSubnet;
  /** Everything that it makes on a node, with pods of this network. */
  readonly residue: (network: string) => Residue;
  /** The bridge on each node that its pods hang on. */
  readonly bridge: string;
  /** How packets get from node to node, with a stack's values. */
  readonly carrier: (values: Readonly<Record<string, string | undefined>>) => Carrier;
  /** The links of its tunnels, whichever of them its settings make. */
  readonly tunnels: readonly string[];
  /** Links whose MTU says how large a packet of a pod may be, and how many bytes are put around it between nodes. */
  readonly packetSizes: readonly { readonly link: string; readonly overhead: number }[];
  /** Whether multicast of a pod reaches pods of other nodes. */
  readonly carriesMulticast: boolean;
  /** A program on each node that connects the nodes' bridges and tells of its connections. @default the kernel does it */
  readonly router?: Router;
  /** Its logs, by the word that `./lab logs` takes for each. */
  readonly logs: Readonly<Record<string, LogSource>>;
  /** The image of its pods: where it runs, this CNI is there. @default it has no pods */
  readonly podImage?: string;
  /** All images of its pods, as the lab's stacks name them. @default that one */
  readonly images?: readonly string[];
  /** The containers beside the nodes that it needs, with how people call each. @default none */
  readonly containers?: (stack: string) => readonly { readonly name: string; readonly container: string }[];
  /** What is left in the cluster when only its DaemonSet goes, in the words of `kubectl get`. @default nothing */
  readonly clusterObject?: readonly string[];
  /** What it does with the nodes' /etc/machine-id. */
  readonly machineIds: MachineIdUse;
}

/** Settings by their config keys. */
export type CniSettings = Readonly<Record<string, Setting>>;

/** Which part of the pods' network is a node's. */
export type NodeSubnet =
  /** Each node's podCIDR, as Kubernetes has it. */
  | { readonly by: "podCIDR" }
  /** What the first group of `pattern` finds in a file of the node. */
  | { readonly by: "file"; readonly path: string; readonly pattern: RegExp }
  /** None: pods of all nodes are on one Ethernet. */
  | { readonly by: "none" };

/** How packets of pods get from node to node. */
export type Carrier =
  /** In VXLAN, by a tunnel of this name, to this UDP port. */
  | { readonly by: "vxlan"; readonly link: string; readonly port: number }
  /** As they are, by the nodes' routes. */
  | { readonly by: "routes" }
  /** By a program that takes frames from the bridge through this link, and gives them to it. */
  | { readonly by: "program"; readonly link: string };

/** A program on each node that connects the nodes' bridges. */
export interface Router {
  /** Its name in a drawing. */
  readonly name: string;
  /** A shell command on a node that prints one line for each of its connections. */
  readonly connections: string;
  /** Whether such a line is of a connection that does not stand. */
  readonly isLost: (line: string) => boolean;
  /** Which way the packets of a connection take, where its line says so. */
  readonly wayOf: (line: string) => string | undefined;
  /** The UDP port that it uses. */
  readonly port: number;
}

/** Where a program of a node writes its log: its pods, or a unit of systemd. */
export type LogSource = { readonly namespace: string; readonly pods: string } | { readonly unit: string };

export type MachineIdUse =
  /** Nothing depends on them. */
  | "ignored"
  /** The lab sets them before this CNI comes, as it does without a CNI. */
  | "set"
  /** The same, and two nodes with one id can't be connected. */
  | "identity";

/** Bytes that VXLAN puts around a packet: Ethernet 14, VXLAN 8, UDP 8, IPv4 20 (RFC 7348). */
export const vxlanOverhead = 50;

/** Helps a definition to keep its own type. */
export function defineCni<const Id extends string, const Settings extends CniSettings>(
  definition: CniDefinition<Id, Settings>,
): CniDefinition<Id, Settings> {
  return definition;
}
