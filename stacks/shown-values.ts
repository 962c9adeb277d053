import { secretKeys } from "./schema";

/** Keys that only the lab itself writes. */
export const writtenKeys: readonly string[] = ["nodeImage"];

/** Of a stack's values those that may be kept and shown: a secret is nobody's business, and the image is the lab's own. */
export function toldValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter(([key]) => !writtenKeys.includes(key) && !secretKeys.includes(key)),
  );
}
