import { generationLabel, stackLabel } from "./engine-labels";
import { quote } from "./shell";

/** Something of a stack that is there in the container engine. */
export interface Standing {
  /** Tells it from one of the same name that was there before; empty for one that was made without. */
  readonly generation: string;
}

type Things = Readonly<Record<string, Standing | undefined>>;

/** What of a stack is there in the container engine. */
export interface StackStanding {
  /** By their names. */
  readonly containers: Things;
  /** By their names. */
  readonly networks: Things;
  /** A generation that nothing has had yet: for what is made now. */
  readonly fresh: string;
}

/** The command line that prints what `readStanding` reads. Changes nothing. */
export function standingLine(stack: string): string {
  const list = (...words: string[]) =>
    quote(["podman", ...words, "--filter", `label=${stackLabel}=${stack}`, "--format", "json"]);
  return [
    `containers=$(${list("ps", "--all")})`,
    `networks=$(${list("network", "ls")})`,
    'printf \'{"fresh":"%.8s","containers":%s,"networks":%s}\' "$(cat /proc/sys/kernel/random/uuid)" "$containers" "$networks"',
  ].join(" && ");
}

type Labels = Readonly<Record<string, string>> | null | undefined;

interface Printed {
  readonly fresh: string;
  readonly containers: readonly { readonly Names: readonly string[]; readonly Labels: Labels }[];
  readonly networks: readonly { readonly name: string; readonly labels?: Labels }[];
}

/** Reads what the command line of `standingLine` has printed. */
export function readStanding(text: string): StackStanding {
  const { fresh, containers, networks } = JSON.parse(text) as Printed;
  const generation = (labels: Labels) => labels?.[generationLabel] ?? "";
  return {
    fresh,
    containers: Object.fromEntries(
      containers.flatMap(({ Names, Labels }) => Names.map((name) => [name, { generation: generation(Labels) }])),
    ),
    networks: Object.fromEntries(networks.map(({ name, labels }) => [name, { generation: generation(labels) }])),
  };
}

/** The generation that something has, or gets where it is not there. */
export function generationOf(there: Things, name: string, fresh: string): string {
  return there[name]?.generation ?? fresh;
}

/** What a cluster is made of, by the names in the container engine. */
export interface ClusterParts {
  /** The LAN with the nodes' addresses. */
  readonly lan: string;
  /** The nodes, the control plane first. */
  readonly nodes: readonly { readonly name: string; readonly container: string }[];
}

/**
 * The generation of a cluster's LAN. Everything of the cluster is made anew with its LAN, so that a control plane that
 * is not there means another generation.
 */
export function lanGeneration(standing: StackStanding, { lan, nodes: [first] }: ClusterParts): string {
  const lives = first !== undefined && standing.containers[first.container] !== undefined;
  return lives ? generationOf(standing.networks, lan, standing.fresh) : standing.fresh;
}

/** What is not there although something of the cluster is, and what becomes of that, in sentences. */
export function missingParts(standing: StackStanding, { lan, nodes }: ClusterParts): string[] {
  const gone = nodes.filter(({ container }) => standing.containers[container] === undefined);
  if (gone.length === nodes.length && standing.networks[lan] === undefined) {
    return [];
  }
  const [first] = nodes;
  if (first !== undefined && gone.includes(first)) {
    return [`${named(first)}, the control plane, is not there: the whole cluster is made anew`];
  }
  return gone.map((node) => `${named(node)} is not there: it is made, and joins`);
}

const named = ({ name, container }: ClusterParts["nodes"][number]) => `${name} (the container ${container})`;
