import { homedir } from "node:os";
import { join } from "node:path";

/** Where the lab keeps what it has built and downloaded. Everything below `root` can be deleted at any time. */
export interface Cache {
  readonly root: string;
  /** Finished builds, `<name>-<digest>`, never changed once there. */
  readonly store: string;
  /** Builds under way. */
  readonly tmp: string;
  /** One lock file per build. */
  readonly locks: string;
  /** Go's module cache. */
  readonly goModules: string;
  /** Go's build cache. */
  readonly goBuild: string;
  /** Jars of Maven's registry, laid out as they are there. */
  readonly maven: string;
  /** Pulumi's homes, one per set of plugins; Pulumi itself writes there too. */
  readonly pulumiHomes: string;
  /** The file that tells by which Go was built what a bundle brought. */
  readonly bundleGo: string;
}

/** The cache below `root`. */
export function cacheAt(root: string): Cache {
  return {
    root,
    store: join(root, "store"),
    tmp: join(root, "tmp"),
    locks: join(root, "locks"),
    goModules: join(root, "go", "mod"),
    goBuild: join(root, "go", "build"),
    maven: join(root, "maven"),
    pulumiHomes: join(root, "pulumi-home"),
    bundleGo: join(root, "bundle-go"),
  };
}

/** The cache of this user: `$XDG_CACHE_HOME/cni-lab`, default `~/.cache/cni-lab`. */
export function userCache(env: NodeJS.ProcessEnv = process.env): Cache {
  // The XDG rules: an empty or relative value counts as unset.
  const base = env.XDG_CACHE_HOME?.startsWith("/") ? env.XDG_CACHE_HOME : join(homedir(), ".cache");
  return cacheAt(join(base, "cni-lab"));
}
