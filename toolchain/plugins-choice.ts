import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Say } from "../lib/progress";
import { UserError } from "../lib/user-error";
import { pluginArchives, versions } from "../lib/versions";

/** Whose implementation of the two provider plugins is used: their vendor's, or the lab's own. */
export type PluginSource = "official" | "own";

/** A plugin of its vendor. */
export interface OfficialPlugin {
  readonly name: string;
  readonly version: string;
  /** The SHA-256 of its archive; null where it is not known: then only a user's word lets it in. */
  readonly sha256: string | null;
  /** How long its download may take. */
  readonly deadlineMs: number;
}

/**
 * The variable that settles the choice. Without it the official ones are taken where they can be installed and what
 * comes is known to be theirs, by a pinned digest; else the lab's own.
 */
const variable = "CNI_LAB_PLUGINS";

/**
 * The plugins the lab uses. The small one comes first: where it does not come quickly there is no way to the vendor,
 * and the set-up must not wait for that.
 */
export const officialPlugins: readonly OfficialPlugin[] = [
  { name: "command", version: versions.pulumiCommand, sha256: pluginArchives.command, deadlineMs: 30_000 },
  { name: "kubernetes", version: versions.pulumiKubernetes, sha256: pluginArchives.kubernetes, deadlineMs: 300_000 },
];

/** Installs one official plugin; rejects when it can't. */
export type Install = (plugin: OfficialPlugin, say: Say) => Promise<void>;

/** Those of the plugins that could not be told from others: no digest of their archive is pinned. */
export function unchecked(plugins: readonly OfficialPlugin[] = officialPlugins): string[] {
  return plugins.filter(({ sha256 }) => sha256 === null).map(({ name, version }) => `${name} ${version}`);
}

/** What tells installed plugins from those of other versions, or of other pins: each plugin with its digest's begin. */
export function pinsOf(plugins: readonly OfficialPlugin[] = officialPlugins): string {
  return plugins
    .map(({ name, version, sha256 }) => `${name}-${version}-${sha256?.slice(0, 8) ?? "unchecked"}`)
    .join("+");
}

/**
 * The choice in force: the one that the environment orders, else the one that was made here for these versions.
 *
 * @returns undefined when none was made yet
 */
export function chosenPlugins(
  memory: string,
  env: NodeJS.ProcessEnv = process.env,
  plugins: readonly OfficialPlugin[] = officialPlugins,
): PluginSource | undefined {
  const forced = env[variable];
  if (forced === "own" || forced === "official") {
    return forced;
  }
  if (forced !== undefined && forced !== "") {
    throw new UserError([{ field: variable, value: forced, rule: "must be one of: own, official" }]);
  }
  return unchecked(plugins).length > 0 ? "own" : remembered(memory, plugins);
}

/** The choice and its reason, as a person reads it. */
export function describeChoice(
  chosen: PluginSource | undefined,
  env: NodeJS.ProcessEnv = process.env,
  plugins: readonly OfficialPlugin[] = officialPlugins,
): string {
  const unknown = unchecked(plugins).join(" and ");
  if (chosen === undefined) {
    return "chosen at the first ./lab up";
  }
  if (chosen === "official") {
    return `the official ones${unknown === "" ? "" : `, by ${variable}; the lab has no digest to check ${unknown} against`}`;
  }
  const why =
    unknown === "" ? "the official ones can't be installed here" : `no digest of the official ${unknown} is pinned`;
  return `the lab's own (${env[variable] === "own" ? `by ${variable}` : why})`;
}

/**
 * Makes the choice by trying, once, and keeps it in the file `memory`.
 *
 * @throws UserError when the environment orders official plugins and they can't be installed
 */
export async function choosePlugins(
  memory: string,
  install: Install,
  say: Say,
  env: NodeJS.ProcessEnv = process.env,
  plugins: readonly OfficialPlugin[] = officialPlugins,
): Promise<PluginSource> {
  const chosen = chosenPlugins(memory, env, plugins);
  if (chosen === "own" || (chosen === "official" && remembered(memory, plugins) === "official")) {
    return chosen;
  }
  const failure = await installAll(install, plugins, say);
  if (failure !== undefined && chosen === "official") {
    const rule = `asks for plugins that could not be installed: ${failure}`;
    throw new UserError([{ field: variable, value: chosen, rule, fix: `unset it to use the lab's own` }]);
  }
  const source = failure === undefined ? "official" : "own";
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, `${source} ${pinsOf(plugins)}\n`);
  return source;
}

/** Installs through the Pulumi CLI, which finds plugins that are there already by itself, and checks what comes. */
export function pulumiInstall(pulumi: string, pulumiHome: string): Install {
  return async ({ name, version, sha256, deadlineMs }, say) => {
    say(`trying the official plugin ${name} ${version}`);
    // It cannot be loaded by require().
    const { execa } = await import("execa");
    const check = sha256 === null ? [] : ["--checksum", sha256];
    await execa(pulumi, ["plugin", "install", "resource", name, version, "--exact", ...check], {
      env: { PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdin: "ignore",
      timeout: deadlineMs,
      forceKillAfterDelay: 1_000,
    });
  };
}

/** The answer of an earlier try for the same versions and pins. */
function remembered(memory: string, plugins: readonly OfficialPlugin[]): PluginSource | undefined {
  const [source, made] = existsSync(memory) ? readFileSync(memory, "utf8").trim().split(" ") : [];
  return made === pinsOf(plugins) && (source === "own" || source === "official") ? source : undefined;
}

async function installAll(install: Install, plugins: readonly OfficialPlugin[], say: Say): Promise<string | undefined> {
  for (const plugin of plugins) {
    try {
      await install(plugin, say);
    } catch (error) {
      return (error instanceof Error ? error.message : String(error)).split("\n").at(-1);
    }
  }
  return undefined;
}
