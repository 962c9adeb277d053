import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { quote } from "../../lib/shell";
import type { Problem } from "../../lib/user-error";
import type { ContainerEngine } from "./engine/engine";

/**
 * Whose the containers and networks of a stack are. Their names are one for all of root's shells, while each backend of
 * Pulumi has its own stacks: two of one name would take each other's nodes away. So what is made says the backend that
 * it is recorded in, under a label of its own. Volumes are their container's, and go with it.
 *
 * What was made before there was the label can't get it any more. Its ids tell: the state of its owner holds them.
 */
export interface Thing {
  readonly kind: "container" | "network";
  readonly name: string;
  /** A container's id. */
  readonly id?: string;
  /** The stack that it says it belongs to; undefined for one that is no lab's. */
  readonly stack?: string;
  /** The owner that it names; empty for one from before there were owners. */
  readonly owner: string;
}

/** Who looks at things: the stack, and its backend. */
export interface Looker {
  readonly stack: string;
  /** Empty where the backend is not known: then everything of the stack counts as its own. */
  readonly owner: string;
  /** The stack's state as text, empty where there is none; undefined where it can't be read from here. */
  readonly recorded: string | undefined;
}

/** The folder of a backend of files; undefined for any other kind. */
export function backendFolder(url: string): string | undefined {
  if (!url.startsWith("file://")) {
    return undefined;
  }
  const folder = url.slice("file://".length).replace(/\?.*$/, "");
  return folder.startsWith("~") ? homedir() + folder.slice(1) : folder;
}

/** The name of a backend as an owner: one for each, readable, and without what might be a secret in its address. */
export function ownerOf(url: string): string {
  const folder = backendFolder(url);
  if (folder !== undefined) {
    return `file://${resolve(folder)}`;
  }
  const [place = "", query] = url.replace(/^([^:/]+:\/\/)[^/?#]*@/, "$1").split(/\?(.*)/s);
  return query === undefined ? place : `${place}?${createHash("sha256").update(query).digest("hex").slice(0, 8)}`;
}

/** Those of the things that are not this one's. */
export function strangersAmong(things: readonly Thing[], { stack, owner, recorded }: Looker): Thing[] {
  const old = things.filter((thing) => thing.stack === stack && thing.owner === "");
  const ids = old.flatMap(({ id }) => id ?? []);
  // Without a container there is no id; a state that has made anything else of the stack names its network.
  const isRecorded = (text: string) =>
    (ids.length > 0 ? ids : old.map(({ name }) => name)).some((each) => text.includes(each));
  const oldIsOwn = recorded === undefined || isRecorded(recorded);
  return things.filter((thing) => {
    if (thing.stack !== stack) return true;
    if (owner === "") return false;
    return thing.owner === "" ? !oldIsOwn : thing.owner !== owner;
  });
}

/** What is told of them to somebody who is about to change the stack; one problem for each whose they are. */
export function strangersProblems(engine: ContainerEngine, stack: string, strangers: readonly Thing[]): Problem[] {
  const whose = (thing: Thing) => JSON.stringify([thing.stack, thing.owner]);
  return [...new Set(strangers.map(whose))].map((each) =>
    problemOf(
      engine,
      stack,
      strangers.filter((thing) => whose(thing) === each),
    ),
  );
}

function problemOf(engine: ContainerEngine, stack: string, things: readonly Thing[]): Problem {
  const [{ stack: other = undefined, owner } = { owner: "" }] = things;
  const names = thingsText(things);
  if (other === undefined) {
    const fix = `${engine.name} ${quote([things[0]?.kind ?? "", "rm", ...things.map(({ name }) => name)])} removes it, if nobody needs it`;
    return { field: "stack", value: stack, rule: `needs a name that is taken: ${names} is no lab's`, fix };
  }
  if (other !== stack) {
    const fix = `use another stack name, or run: ${downOf(other, owner)}`;
    return {
      field: "stack",
      value: stack,
      rule: `needs a name that is taken: ${names} is of the stack ${other}`,
      fix,
    };
  }
  const here = `here: ./lab down ${stack} --force`;
  if (owner === "") {
    const rule = `was not made by this state, and nothing says which one made it: ${names}`;
    return { field: "stack", value: stack, rule, fix: `remove it with the state that made it, or ${here}` };
  }
  const rule = `is another's, of the lab ${placeOf(owner)}: ${names}`;
  return { field: "stack", value: stack, rule, fix: `remove it there: ${downOf(stack, owner)}; or ${here}` };
}

/** Things by their kinds, in words. */
export function thingsText(things: readonly Thing[]): string {
  const of = (kind: Thing["kind"]) =>
    things.filter((thing) => thing.kind === kind).map(({ name }) => `${kind} ${name}`);
  return [...of("container"), ...of("network")].join(", ");
}

/** Where an owner's state is, in words. */
export function placeOf(owner: string): string {
  const state = stateHome(owner);
  return state === undefined ? `with the backend ${owner}` : `whose state is in ${state}/cni-lab`;
}

/** The command line that removes a stack as its owner. */
function downOf(stack: string, owner: string): string {
  const state = stateHome(owner);
  const down = `./lab down ${stack}`;
  if (owner === "") return down;
  return state === undefined
    ? `${down}, with PULUMI_BACKEND_URL as it was for ${owner}`
    : `XDG_STATE_HOME=${quote([state])} ${down}`;
}

/** XDG's state folder of an owner that has the lab's own backend. */
function stateHome(owner: string): string | undefined {
  const folder = backendFolder(owner);
  return folder?.endsWith("/cni-lab/pulumi") ? dirname(dirname(folder)) : undefined;
}
