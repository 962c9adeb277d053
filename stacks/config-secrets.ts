import type { Problem } from "../lib/user-error";
import { isSecret } from "./schema";

/** Where the language host tells which config keys are secrets (configSecretKeysEnvKey in @pulumi/pulumi/runtime/config.js). */
export const toldSecrets = "PULUMI_CONFIG_SECRET_KEYS";

/**
 * What is wrong with the values of secret keys: one that was set without `--secret` stands in clear in the stack's file.
 *
 * @param told the JSON of `toldSecrets`
 */
export function clearSecrets(
  project: string,
  set: Readonly<Record<string, string>>,
  told: string | undefined,
): Problem[] {
  const hidden: unknown = JSON.parse(told || "[]");
  const isHidden = (key: string) => Array.isArray(hidden) && hidden.includes(`${project}:${key}`);
  return Object.entries(set)
    .filter(([key, value]) => isSecret(key, value) && !isHidden(key))
    .map(([key]) => ({
      field: key,
      rule: "is a secret, and is in plain text in the stack's file",
      fix: `run pulumi config set --secret ${key}${way(key)}; whoever has read the file knows the old one`,
    }));
}

function way(key: string): string {
  return key === "kubeconfig" ? " <FILE, or set it to the path of the file" : ", which asks for it";
}
