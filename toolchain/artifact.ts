import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Say } from "../lib/progress";
import type { BuildPackage } from "./build-packages";
import type { Cache } from "./cache";
import type { ImageEngine } from "./image-engine";
import { repository } from "./repository";

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a build is given. */
export interface Job {
  /** An empty folder; what it holds when the build returns is the artifact. */
  readonly out: string;
  /** A folder for anything else, on the same file system, removed afterwards. */
  readonly scratch: string;
  readonly cache: Cache;
  /** What images are built with. */
  readonly engine: ImageEngine;
  /** The finished folder of one of the artifact's needs. */
  readonly pathOf: (need: Artifact) => string;
  readonly say: Say;
}

/** Something that is built once for given inputs: data and one function. */
export interface Artifact {
  /** Kebab-case; with the digest the name of its folder in the store. */
  readonly name: string;
  /** What a person reads while it is built. */
  readonly title: string;
  /** Values that decide the result: versions, flags. */
  readonly values: Json;
  /** Files and folders of the repository that enter the build. */
  readonly files: readonly string[];
  /** Artifacts whose folders the build reads. */
  readonly needs: readonly Artifact[];
  /** Debian packages that the build runs. @default none */
  readonly packages?: readonly BuildPackage[];
  /** What the build waits for most: the processor, or network and disk. */
  readonly load: "cpu" | "io";
  /** A part that lies outside of the store, such as an image in the container engine. @default always there */
  readonly alsoThere?: (engine: ImageEngine) => Promise<boolean>;
  readonly build: (job: Job) => Promise<void>;
}

const known = new WeakMap<Artifact, string>();

/** Digest of all that enters the artifact, its needs included: 16 hexadecimal digits. */
export function digestOf(artifact: Artifact): string {
  let digest = known.get(artifact);
  if (digest === undefined) {
    const { name, values, files, needs } = artifact;
    const inputs = {
      name,
      values,
      files: files.map(fileEntry),
      needs: needs.map((need) => [need.name, digestOf(need)]),
    };
    digest = createHash("sha256").update(canonical(inputs)).digest("hex").slice(0, 16);
    known.set(artifact, digest);
  }
  return digest;
}

/** The name of an artifact's folder in the store. */
export function keyOf(artifact: Artifact): string {
  return `${artifact.name}-${digestOf(artifact)}`;
}

/** JSON with sorted keys, so that the order in which an object was written does not matter. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    entry !== null && typeof entry === "object" && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}

/** A file's name, mode and content, or the same of all that a folder holds. */
function fileEntry(path: string): Json {
  const full = join(repository, path);
  const stat = lstatSync(full);
  if (stat.isDirectory()) {
    const names = readdirSync(full).sort();
    return [path, names.map((name) => fileEntry(join(path, name)))];
  }
  if (stat.isSymbolicLink()) {
    return [path, "link", readlinkSync(full)];
  }
  const executable = (stat.mode & 0o111) !== 0;
  return [path, executable, createHash("sha256").update(readFileSync(full)).digest("hex")];
}
