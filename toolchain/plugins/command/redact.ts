import { isList, isTree, reveal, Secret, type Value } from "../host";

/** Shorter secrets than this are left alone: every "1" in a log would vanish, and say what the secret is. */
const SHORTEST = 4;

/** A function that takes the texts of all secrets in the value out of a text. */
export function redactor(value: Value): (text: string) => string {
  const secrets = new Set<string>();
  collect(value, false, secrets);
  // The longest first: one secret may be part of another.
  const ordered = [...secrets].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
}

function collect(value: Value | undefined, secret: boolean, found: Set<string>): void {
  if (value instanceof Secret) collect(reveal(value.value), true, found);
  else if (isList(value)) for (const item of value) collect(item, secret, found);
  else if (isTree(value)) for (const item of Object.values(value)) collect(item, secret, found);
  else if (secret && (typeof value === "string" || typeof value === "number")) {
    // Lines too: a log shows one line at a time.
    for (const part of [String(value), ...String(value).split("\n")]) {
      if (part.trim().length >= SHORTEST) found.add(part.trim());
    }
  }
}
