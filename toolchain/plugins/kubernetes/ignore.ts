import { isList, isTree, own, parsePath, type Step, type Tree, type Value } from "../host";
import { handedOver } from "./adopt";
import { type Cluster, referenceTo } from "./cluster";
import { toServerKey, withoutAbsent } from "./object";
import { isWhole, type Owners, ownersAt, ownersOf, ownersOfElement } from "./ownership";
import { mergeKeyOf } from "./project";
import type { Kind } from "./token";

/** Whose apply it is, and what of it the program wants left alone. */
export interface Ignoring {
  /** The field manager that applies. */
  readonly manager: string;
  /** The one that did before. */
  readonly before: string;
  /** The resource option `ignoreChanges`: property paths. */
  readonly ignoreChanges: readonly string[];
}

/** The object as it is to be applied now: with the ignored fields as {@link heeding} has them. */
export async function applicable(
  cluster: Cluster,
  kind: Kind,
  object: Tree,
  { manager, before, ignoreChanges }: Ignoring,
  signal?: AbortSignal,
): Promise<Tree> {
  if (ignoreChanges.length === 0) return object;
  const live = await cluster.get(referenceTo(kind, object), signal);
  return live === undefined ? object : heeding(object, handedOver(live, manager), [manager, before], ignoreChanges);
}

/**
 * The declared object with the fields that the program ignores left as they are on the live one.
 *
 * To apply a field is to own it, so one that only others own is left out. One that the resource owns must stand there,
 * else the server would remove it: with its live value. What the live object lacks stays as declared.
 */
export function heeding(object: Tree, live: Tree, managers: readonly string[], ignoreChanges: readonly string[]): Tree {
  const owners = ownersOf(live, managers);
  return ignoreChanges.reduce<Tree>((declared, path) => {
    const steps = parsePath(path).map((step) => (typeof step === "string" ? toServerKey(step) : step));
    const heeded = along(steps, { declared, live, owners });
    return isTree(heeded) ? heeded : declared;
  }, object);
}

/** One part of an object: as declared, as it is, and who owns it. */
interface Part {
  readonly declared: Value | undefined;
  readonly live: Value | undefined;
  readonly owners: Owners;
}

/** The declared part with what lies at the end of the steps as it is. */
function along(steps: readonly Step[], part: Part): Value | undefined {
  const [step, ...rest] = steps;
  const { declared, live } = part;
  if (live === undefined) return declared;
  if (step === undefined) return kept(part);
  if (isList(declared) && isList(live)) {
    return elements(part, declared).flatMap((element, index) => {
      const isMeant = step === "*" || step === index;
      const heeded = isMeant ? along(rest, element) : element.declared;
      return heeded === undefined ? [] : [heeded];
    });
  }
  if (!isTree(live) || (declared !== undefined && !isTree(declared))) return declared;
  const keys = step === "*" ? [...new Set([...Object.keys(declared ?? {}), ...Object.keys(live)])] : [String(step)];
  const heeded = keys.map((key): [string, Value | undefined] => [key, along(rest, child(part, key))]);
  const whole = withoutAbsent({ ...declared, ...Object.fromEntries(heeded) });
  return declared === undefined && Object.keys(whole).length === 0 ? undefined : whole;
}

/** What an apply has to send so that the part stays as it is. */
function kept(part: Part): Value | undefined {
  const { declared, live, owners } = part;
  if (owners.ours.length === 0 && (owners.theirs.length > 0 || declared === undefined)) return undefined;
  if (owners.ours.length > 0 && isWhole(owners)) return live;
  if (isTree(live)) {
    return withoutAbsent(Object.fromEntries(Object.keys(live).map((key) => [key, kept(child(part, key))])));
  }
  if (isList(live)) return elements(part, live).flatMap((element) => kept(element) ?? []);
  return live;
}

function child({ declared, live, owners }: Part, key: string): Part {
  return {
    declared: isTree(declared) ? own(declared, key) : undefined,
    live: isTree(live) ? own(live, key) : undefined,
    owners: ownersAt(owners, key),
  };
}

/** The elements of one of a part's two lists, each with its counterpart in the other one. */
function elements({ declared, live, owners }: Part, list: readonly Value[]): readonly Part[] {
  const [wanted, found] = [isList(declared) ? declared : [], isList(live) ? live : []];
  const key = mergeKeyOf(wanted, found);
  const counterpart = (element: Value, others: readonly Value[], place: number): Value | undefined => {
    if (key === undefined) return others[place];
    return others.find((other) => isTree(other) && isTree(element) && own(other, key) === own(element, key));
  };
  return list.map((element, place) => {
    const isDeclared = list === declared;
    return {
      declared: isDeclared ? element : counterpart(element, wanted, place),
      live: isDeclared ? counterpart(element, found, place) : element,
      owners: ownersOfElement(owners, element, place),
    };
  });
}
