import { quote } from "../../lib/shell";
import type { ContainerEngine, Labels } from "./engine/engine";
import { generationLabel, ownerLabel, stackLabel } from "./engine-labels";
import type { Thing } from "./owner";

/** Something of a stack that is there in the container engine. */
export interface Standing {
  /** Tells it from one of the same name that was there before; empty for one that was made without. */
  readonly generation: string;
  /** Whose it is; empty for one that was made without. */
  readonly owner: string;
}

/** A container of a stack that is there. */
export interface StandingContainer extends Standing {
  /** The image that it was made of, as it was named then. */
  readonly image: string;
  readonly running: boolean;
}

type Things = Readonly<Record<string, Standing | undefined>>;

/** What of a stack is there in the container engine. */
export interface StackStanding {
  /** By their names. */
  readonly containers: Readonly<Record<string, StandingContainer | undefined>>;
  /** By their names. */
  readonly networks: Things;
  /** A generation that nothing has had yet: for what is made now. */
  readonly fresh: string;
  /** Whose that is which is made now; empty where nobody can tell. */
  readonly owner: string;
}

/**
 * The command line that prints what `readStanding` reads. Changes nothing. All networks, as one that is not the stack's
 * may have its name.
 *
 * @param stack without one, of all stacks
 */
export function standingLine(engine: ContainerEngine, stack?: string): string {
  const label = stack === undefined ? stackLabel : `${stackLabel}=${stack}`;
  return [
    `containers=$(${quote(engine.listContainers(label))})`,
    `networks=$(${quote(engine.listNetworks())})`,
    'printf \'{"fresh":"%.8s","containers":%s,"networks":%s}\' "$(cat /proc/sys/kernel/random/uuid)" "$containers" "$networks"',
  ].join(" && ");
}

/** What the command line prints, the engine's own words in it. */
function readPrinted(engine: ContainerEngine, text: string) {
  const { fresh, containers, networks } = JSON.parse(text);
  return {
    fresh: String(fresh),
    containers: engine.readContainers(containers),
    networks: engine.readNetworks(networks),
  };
}

/**
 * Reads what the command line of `standingLine` has printed.
 *
 * @param owner whose that is which is made now
 */
export function readStanding(engine: ContainerEngine, text: string, stack: string, owner: string): StackStanding {
  const { fresh, containers, networks } = readPrinted(engine, text);
  const standing = (labels: Labels) => ({
    generation: labels[generationLabel] ?? "",
    owner: labels[ownerLabel] ?? "",
  });
  return {
    fresh,
    owner,
    containers: Object.fromEntries(
      containers.map(({ name, image, running, labels }) => [name, { ...standing(labels), image, running }]),
    ),
    networks: Object.fromEntries(
      networks.filter(({ labels }) => labels[stackLabel] === stack).map(({ name, labels }) => [name, standing(labels)]),
    ),
  };
}

/**
 * Reads from the same what carries the stack's label, and the networks that have one of these names.
 *
 * @param stack without one, all networks
 * @param networkNames of networks that the stack has or wants
 */
export function readThings(
  engine: ContainerEngine,
  text: string,
  stack?: string,
  networkNames: readonly string[] = [],
): Thing[] {
  const { containers, networks } = readPrinted(engine, text);
  const thing = (kind: Thing["kind"], name: string, labels: Labels): Thing => ({
    ...{ kind, name, stack: labels[stackLabel], owner: labels[ownerLabel] ?? "" },
  });
  const wanted = networks.filter(
    ({ name, labels }) => stack === undefined || labels[stackLabel] === stack || networkNames.includes(name),
  );
  return [
    ...containers.map(({ name, id, labels }) => ({ ...thing("container", name, labels), id })),
    ...wanted.map(({ name, labels }) => thing("network", name, labels)),
  ];
}

/** The generation that something has, or gets where it is not there. */
export function generationOf(there: Things, name: string, fresh: string): string {
  return there[name]?.generation ?? fresh;
}

/**
 * Whose something is, or becomes where it is not there. What was made before there were owners keeps none: a label that
 * it does not have would make it another one, and a living cluster would be replaced.
 */
export function ownerIn(there: Things, name: string, own: string): string {
  return there[name]?.owner ?? own;
}

/** What a cluster is made of, by the names in the container engine. */
export interface ClusterParts {
  /** The LAN with the nodes' addresses. */
  readonly lan: string;
  /** The nodes, the control plane first. */
  readonly nodes: readonly { readonly name: string; readonly container: string }[];
  /** The image that nodes are made of now. */
  readonly image: string;
}

/**
 * The generation of a cluster's LAN. Everything of the cluster is made anew with its LAN, so that a control plane that
 * is not there, or is one of another image, means another generation.
 */
export function lanGeneration(standing: StackStanding, parts: ClusterParts): string {
  return lives(standing, parts) ? generationOf(standing.networks, parts.lan, standing.fresh) : standing.fresh;
}

/** Whose a cluster's LAN is, or becomes where it is made anew. */
export function lanOwner(standing: StackStanding, parts: ClusterParts): string {
  return lives(standing, parts) ? ownerIn(standing.networks, parts.lan, standing.owner) : standing.owner;
}

function lives(standing: StackStanding, { nodes: [first], image }: ClusterParts): boolean {
  const there = first && standing.containers[first.container];
  return there !== undefined && !isOtherBuild(there.image, image);
}

/** Whether two images are one repository's and have different tags. An engine can also name one by its id. */
function isOtherBuild(one: string, other: string): boolean {
  const repository = (image: string) => image.slice(0, image.lastIndexOf(":"));
  return one !== other && repository(one) === repository(other);
}

/** Whether a node is there and does not run. */
export function isAsleep(
  standing: StackStanding,
  { container }: Pick<ClusterParts["nodes"][number], "container">,
): boolean {
  return standing.containers[container]?.running === false;
}

/** What is not there as it is to be although something of the cluster is, and what becomes of that, in sentences. */
export function missingParts(standing: StackStanding, parts: ClusterParts): string[] {
  const { lan, nodes } = parts;
  const gone = nodes.filter(({ container }) => standing.containers[container] === undefined);
  if (gone.length === nodes.length && standing.networks[lan] === undefined) {
    return [];
  }
  const [first] = nodes;
  if (first !== undefined && gone.includes(first)) {
    return [`${named(first)}, the control plane, is not there: the whole cluster is recreated`];
  }
  if (first !== undefined && !lives(standing, parts)) {
    return [`${named(first)} runs another node image than this version's: the whole cluster is recreated`];
  }
  return gone.map((node) => `${named(node)} is not there: it is recreated, and joins`);
}

const named = ({ name, container }: ClusterParts["nodes"][number]) => `${name} (the container ${container})`;
