import { nodeImageRepository } from "../lib/versions";
import { isSecret } from "./schema";

/**
 * Whether a value of a stack's file is nobody's choice: earlier versions of the lab have written their own node image
 * there. A stack of `./lab` is of its version's image, so such a value goes.
 */
export function isLeftImage(key: string, value: string): boolean {
  return key === "nodeImage" && value.startsWith(`${nodeImageRepository}:`);
}

/** Of a stack's values those that may be kept and shown: a secret is nobody's business. */
export function toldValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) => !isLeftImage(key, value) && !isSecret(key, value)),
  );
}
