import type { Values } from "../../checks/language/values";
import type { Lab } from "../../labs/format/lab-data";
import { isSecret } from "../../stacks/schema";
import { isLeftImage } from "../../stacks/shown-values";
import { valuesInForce } from "./settings";

/** A value of a stack that its lab does not have when it is brought up anew. */
export interface ChangedValue {
  readonly key: string;
  /** As it may be shown: a secret is not. */
  readonly value: string;
  /** What a new stack of the lab has; undefined where it has none. */
  readonly lab: string | undefined;
  /** True for a value of the lab's own cure. */
  readonly cure: boolean;
}

/** What a stack's file makes other than the lab, in the order of the keys; nothing where the stack is what its name says. */
export function changedValues(lab: Lab, file: Values): readonly ChangedValue[] {
  const broken = merged(lab.broken);
  const own: Values = { ...valuesInForce(lab.values, {}), ...broken };
  const cured: Values = { ...own, ...merged(lab.fixed) };
  return Object.entries(valuesInForce(lab.values, file))
    .filter(([key, value]) => value !== own[key] && !isLeftImage(key, value))
    .map(([key, value]) => ({
      key,
      value: isSecret(key, value) ? "[secret]" : value,
      lab: own[key],
      cure: value === cured[key],
    }));
}

/** What a new stack of the lab would have that its file makes other: its bug comes over what the file has. */
export function changedBeforeUp(lab: Lab, file: Values): readonly ChangedValue[] {
  return changedValues(lab, { ...file, ...merged(lab.broken) });
}

/** The changed values in a line, and those of the cure in another; no line where nothing is changed. */
export function changedLines(changed: readonly ChangedValue[]): readonly string[] {
  const [others, ofCure] = [false, true].map((cure) => changedText(changed.filter((each) => each.cure === cure)));
  return [
    ...(others === "" ? [] : [`not the lab's own: ${others}`]),
    ...(ofCure === "" ? [] : [`of the lab's cure: ${ofCure}`]),
  ];
}

/** `cni=weave (lab: flannel), nodes=2 (lab: 3)`. */
export function changedText(changed: readonly ChangedValue[]): string {
  return changed.map(({ key, value, lab }) => `${key}=${value} (lab: ${lab ?? "not set"})`).join(", ");
}

function merged(sets: readonly Values[] = []): Values {
  return Object.assign({}, ...sets);
}
