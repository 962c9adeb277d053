import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../../components/lib/user-error";
import type { Artifact } from "../artifact";
import type { Cache } from "../cache";

/**
 * What a build takes of the disk at its fullest, in MiB, measured: sources and objects of Go, files in the store, and
 * for images the engine's copies.
 */
const takes: Readonly<Record<string, number>> = {
  go: 600,
  kubernetes: 3500,
  pulumi: 2500,
  "pulumi-language-nodejs": 300,
  etcd: 600,
  coredns: 900,
  flannel: 1200,
  "flannel-cni": 100,
  "cni-plugins": 200,
  "rootfs-base": 500,
  "rootfs-node": 1000,
  "workload-images": 1500,
  "image-store": 1700,
  "node-image": 3000,
};
const other = 50;

/** Disk that building the artifacts takes, in MiB. */
export function diskFor(artifacts: readonly Artifact[]): number {
  return artifacts.reduce((sum, { name }) => sum + (takes[name] ?? other), 0);
}

/** Refuses a build that would fill the disk, before it starts. */
export async function requireDisk(artifacts: readonly Artifact[], cache: Cache, freeMiB = freeAt): Promise<void> {
  const needed = diskFor(artifacts);
  const free = await freeMiB(cache.root);
  if (free < needed) {
    throw new UserError([
      {
        field: `disk of ${cache.root}`,
        value: `${gib(free)} free`,
        rule: `building ${artifacts.map(({ name }) => name).join(", ")} takes ${gib(needed)}`,
        mend: "make room, or set XDG_CACHE_HOME to a folder on a larger disk",
      },
    ]);
  }
}

async function freeAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(existing(path));
  return Math.floor((bavail * bsize) / 2 ** 20);
}

function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}

function gib(mib: number): string {
  return `${(mib / 1024).toFixed(1)} GiB`;
}
