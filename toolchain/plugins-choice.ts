import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../components/lib/user-error";
import { versions } from "../components/lib/versions";
import type { Say } from "./progress";

/** Whose implementation of the two provider plugins is used: their vendor's, or the lab's own. */
export type PluginSource = "official" | "own";

/** The variable that settles the choice; without it the official ones are taken where they can be installed. */
const variable = "CNI_LAB_PLUGINS";

/**
 * The plugins the lab uses, and how long their download may take. The small one comes first: where it does not come
 * quickly there is no way to the vendor, and the set-up must not wait for that.
 */
const plugins = [
  { name: "command", version: versions.pulumiCommand, deadlineMs: 30_000 },
  { name: "kubernetes", version: versions.pulumiKubernetes, deadlineMs: 300_000 },
] as const;

/** Installs one official plugin; rejects when it can't. */
export type Install = (plugin: (typeof plugins)[number], say: Say) => Promise<void>;

/**
 * The choice in force: the one that the environment orders, else the one that was made here for these versions.
 *
 * @returns undefined when none was made yet
 */
export function chosenPlugins(memory: string, env: NodeJS.ProcessEnv = process.env): PluginSource | undefined {
  const forced = env[variable];
  if (forced === "own" || forced === "official") {
    return forced;
  }
  if (forced !== undefined && forced !== "") {
    throw new UserError([{ field: variable, value: forced, rule: "must be one of: own, official" }]);
  }
  return remembered(memory);
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
): Promise<PluginSource> {
  const chosen = chosenPlugins(memory, env);
  if (chosen === "own" || (chosen === "official" && remembered(memory) === "official")) {
    return chosen;
  }
  const failure = await installAll(install, say);
  if (failure !== undefined && chosen === "official") {
    const rule = `asks for plugins that could not be installed: ${failure}`;
    throw new UserError([{ field: variable, value: chosen, rule, mend: `unset it to use the lab's own` }]);
  }
  const source = failure === undefined ? "official" : "own";
  mkdirSync(dirname(memory), { recursive: true });
  writeFileSync(memory, `${source} ${wanted}\n`);
  return source;
}

/** Installs through the Pulumi CLI, which finds plugins that are there already by itself. */
export function pulumiInstall(pulumi: string, pulumiHome: string): Install {
  return async ({ name, version, deadlineMs }, say) => {
    say(`trying the official plugin ${name} ${version}`);
    // It cannot be loaded by require().
    const { execa } = await import("execa");
    await execa(pulumi, ["plugin", "install", "resource", name, version, "--exact"], {
      env: { PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdin: "ignore",
      timeout: deadlineMs,
      forceKillAfterDelay: 1_000,
    });
  };
}

const wanted = plugins.map(({ name, version }) => `${name}@${version}`).join("+");

/** The answer of an earlier try for the same versions. */
function remembered(memory: string): PluginSource | undefined {
  const [source, made] = existsSync(memory) ? readFileSync(memory, "utf8").trim().split(" ") : [];
  return made === wanted && (source === "own" || source === "official") ? source : undefined;
}

async function installAll(install: Install, say: Say): Promise<string | undefined> {
  for (const plugin of plugins) {
    try {
      await install(plugin, say);
    } catch (error) {
      return (error instanceof Error ? error.message : String(error)).split("\n").at(-1);
    }
  }
  return undefined;
}
