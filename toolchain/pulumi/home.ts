import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { versions } from "../../lib/versions";
import { type Artifact, digestOf } from "../artifact";
import type { Cache } from "../cache";
import { pinsOf } from "../plugins-choice";

const folder = join("toolchain", "plugins");

/** The lab's own provider plugins, one bundled file each. */
export function ownPlugins(): Artifact {
  return {
    name: "plugins",
    title: "provider plugins",
    values: {},
    // The lock file: what is bundled from npm packages.
    files: [folder, "package-lock.json"],
    needs: [],
    load: "io",
    build: async ({ out }) => {
      // Loaded only here, as the bundler takes longer to load than a set-up with nothing to do may last.
      const { bundlePlugin } = await import("../plugins/build");
      await bundlePlugin("kubernetes", join(out, "kubernetes"));
      await bundlePlugin("command", join(out, "command"));
    },
  };
}

/** PULUMI_HOME with the lab's own plugins. It lies beside the store, as Pulumi writes to it. */
export function ownHome(cache: Cache, plugins: Artifact, kubernetes: Artifact): Artifact {
  const artifact: Artifact = {
    name: "pulumi-home",
    title: "Pulumi's home",
    values: { kubernetes: versions.pulumiKubernetes, command: versions.pulumiCommand },
    files: [],
    needs: [plugins, kubernetes],
    load: "io",
    alsoThere: () => Promise.resolve(existsSync(ownHomePath(cache, artifact))),
    build: async ({ scratch, pathOf }) => {
      const home = join(scratch, "home");
      const [forKubernetes = "", forCommand = ""] = pluginFolders(home);
      // Copies: a folder that is a link is no plugin to Pulumi.
      await cp(join(pathOf(plugins), "kubernetes"), forKubernetes, { recursive: true });
      await cp(join(pathOf(plugins), "command"), forCommand, { recursive: true });
      await symlink(join(pathOf(kubernetes), "kubectl"), join(forKubernetes, "kubectl"));
      const target = ownHomePath(cache, artifact);
      await rm(target, { recursive: true, force: true });
      await mkdir(cache.pulumiHomes, { recursive: true });
      await rename(home, target);
    },
  };
  return artifact;
}

/** The folders of the two provider plugins in a PULUMI_HOME. */
export function pluginFolders(home: string): readonly string[] {
  return [
    ["kubernetes", versions.pulumiKubernetes],
    ["command", versions.pulumiCommand],
  ].map(([name, version]) => join(home, "plugins", `resource-${name}-v${version}`));
}

/** Where that home is. */
export function ownHomePath(cache: Cache, home: Artifact): string {
  return join(cache.pulumiHomes, digestOf(home));
}

/** PULUMI_HOME with the official plugins, which Pulumi itself installs; what came unchecked is never taken for checked. */
export function officialHomePath(cache: Cache): string {
  return join(cache.pulumiHomes, `official-${pinsOf()}`);
}

/** The file that remembers whether the official plugins could be installed here. */
export function choiceFile(cache: Cache): string {
  return join(cache.pulumiHomes, "choice");
}
