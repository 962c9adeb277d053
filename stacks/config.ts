import * as pulumi from "@pulumi/pulumi";
import { defaultLan } from "../components/cluster/lan";
import { UserError } from "../lib/user-error";
import { clearSecrets, toldSecrets } from "./config-secrets";
import { type LabConfig, parseLabConfig } from "./schema";

/** Everything that decides what a stack builds. */
export interface LabSettings extends LabConfig {
  /** The stack's name: part of the names of containers and of the LAN's. */
  readonly stack: string;
  readonly lanCidr: string;
  readonly nodeImage: string;
}

/**
 * Reads the stack's config, the only place that does.
 *
 * @param nodeImage the image of this version, which nodes are of unless the config names another
 * @throws pulumi.RunError that names every wrong key and value, before any resource is registered.
 */
export function readConfig(nodeImage: string): LabSettings {
  const stack = pulumi.getStack();
  try {
    const own = ownKeys(pulumi.runtime.allConfig());
    const clear = clearSecrets(pulumi.getProject(), own, process.env[toldSecrets]);
    if (clear.length > 0) {
      throw new UserError(clear);
    }
    const lanCidr = own.lanCidr ?? defaultLan(stack);
    const config = parseLabConfig(own.cluster === "existing" ? own : { ...own, lanCidr });
    if (!/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(stack)) {
      throw new UserError([
        { field: "stack name", value: stack, rule: "must be 1 to 30 lower-case letters, digits and inner dashes" },
      ]);
    }
    return { ...config, stack, lanCidr, nodeImage: config.nodeImage ?? nodeImage };
  } catch (error) {
    throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
  }
}

/** The values under this project's name, without the name. */
function ownKeys(all: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  );
}
