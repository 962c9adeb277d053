import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Problem, UserError } from "../../lib/user-error";
import type { Artifact } from "../artifact";

/** Disk that builds take at their fullest, in MiB. */
export interface Disk {
  /** In the lab's cache: sources and objects of Go, results, and what is in the making. */
  readonly cache: number;
  /** In the container engine's store. */
  readonly engine: number;
}

/** Measured, rounded up. */
const takes: Readonly<Record<string, Disk>> = {
  go: { cache: 600, engine: 0 },
  kubernetes: { cache: 3500, engine: 0 },
  pulumi: { cache: 2500, engine: 0 },
  "pulumi-language-nodejs": { cache: 300, engine: 0 },
  etcd: { cache: 600, engine: 0 },
  coredns: { cache: 900, engine: 0 },
  flannel: { cache: 1200, engine: 0 },
  "flannel-cni": { cache: 100, engine: 0 },
  multus: { cache: 1300, engine: 0 },
  "cni-plugins": { cache: 300, engine: 0 },
  "rootfs-base": { cache: 500, engine: 0 },
  "rootfs-node": { cache: 1000, engine: 0 },
  "rootfs-confluence": { cache: 700, engine: 0 },
  "rootfs-postgres": { cache: 500, engine: 0 },
  "confluence-node": { cache: 100, engine: 0 },
  "rootfs-machine": { cache: 900, engine: 0 },
  "workload-images": { cache: 1500, engine: 1700 },
  "image-store": { cache: 1500, engine: 2600 },
  "node-image": { cache: 100, engine: 4600 },
  "machine-image": { cache: 100, engine: 900 },
  "rootfs-docker": { cache: 700, engine: 0 },
  "docker-image": { cache: 100, engine: 600 },
};
const other: Disk = { cache: 50, engine: 0 };

/** Disk that building the artifacts takes. */
export function diskFor(artifacts: readonly Artifact[]): Disk {
  const each = artifacts.map(({ name }) => takes[name] ?? other);
  return {
    cache: each.reduce((sum, { cache }) => sum + cache, 0),
    // One after the other, and each removes what only it needed.
    engine: Math.max(0, ...each.map(({ engine }) => engine)),
  };
}

/** A folder and the disk it lies on; it need not exist yet. */
export interface Place {
  readonly path: string;
  /** Number of the file system. */
  readonly device: number;
  readonly freeMiB: number;
}

/** Looks at the disk on which a folder lies or would lie. */
export async function placeOf(path: string): Promise<Place> {
  const found = nearestExisting(path);
  const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(found), stat(found)]);
  return { path, device: dev, freeMiB: Math.floor((bavail * bsize) / 2 ** 20) };
}

/** What a bundle takes while it is written: its parts, and the node image as the engine saves it. Measured, rounded up. */
export const toBundle: Disk = { cache: 3000, engine: 0 };

/** What it takes until it is taken over. */
export const toUnbundle: Disk = { cache: 3000, engine: 2000 };

/**
 * Refuses builds that would fill a disk, before they start.
 *
 * @throws UserError with what is free and what is needed, for each disk that is too full
 */
export function requireDisk(artifacts: readonly Artifact[], places: Places): void {
  requireDiskFor(`building ${artifacts.map(({ name }) => name).join(", ")}`, diskFor(artifacts), places);
}

/** The places of what builds write. */
export type Places = Readonly<Record<keyof Disk, Place>>;

/** The same for any work. @param work a noun */
export function requireDiskFor(work: string, needed: Disk, { cache, engine }: Places): void {
  const shared = cache.device === engine.device;
  const problems = shared
    ? [...shortage(cache, needed.cache + needed.engine, work)]
    : [...shortage(cache, needed.cache, work), ...shortage(engine, needed.engine, work)];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
}

function shortage({ path, freeMiB }: Place, needed: number, work: string): Problem[] {
  if (freeMiB >= needed) {
    return [];
  }
  return [
    {
      field: `disk of ${path}`,
      value: `${gib(freeMiB)} free`,
      rule: `${work} takes ${gib(needed)}`,
      fix: "make room there, or set XDG_CACHE_HOME to a folder on a larger disk",
    },
  ];
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function gib(mib: number): string {
  return `${(mib / 1024).toFixed(1)} GiB`;
}
