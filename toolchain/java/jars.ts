import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Say } from "../../lib/progress";
import { UserError } from "../../lib/user-error";
import { fetchFile, NotFetched } from "../download/fetch";
import { fileOf, type Jar, pathOf } from "./program";
import { registry } from "./registry";

/** What fetching is given. */
export interface Fetching {
  /** A folder that keeps jars from one build to the next, laid out as a registry; nothing in it is trusted. */
  readonly kept: string;
  /** Where the jars are put. */
  readonly into: string;
  readonly say: Say;
  /** The address of a registry of Maven's layout. @default the one that this machine's settings of Maven name */
  readonly from?: string | undefined;
}

/**
 * Brings jars, each with the digest that is pinned, and gives their paths: whoever uses those has what was checked.
 *
 * @throws UserError for a jar with another digest, and for one that can't be had
 */
export async function fetchJars(jars: readonly Jar[], fetching: Fetching): Promise<string[]> {
  const paths: string[] = [];
  for (const jar of jars) {
    paths.push(await fetchJar(jar, fetching));
  }
  return paths;
}

async function fetchJar(jar: Jar, { kept, into, say, from = registry() }: Fetching): Promise<string> {
  const [there, here] = [join(kept, pathOf(jar)), join(into, fileOf(jar))];
  if (await take(jar, there, here)) {
    return here;
  }
  const url = `${from}/${pathOf(jar)}`;
  // The registry has a mirror of its own, in Maven's settings.
  const fetching = { file: there, say, mirror: "" };
  await fetchFile({ url, digest: { algorithm: "sha256", hex: jar.sha256 } }, fetching).catch((error: unknown) => {
    throw error instanceof NotFetched ? refusalOf(error, jar) : error;
  });
  if (!(await take(jar, there, here))) {
    throw new Error(`${there} has changed since it was fetched`);
  }
  return here;
}

/** Copies what is kept, where it is there and what is pinned: the copy is what was looked at. */
async function take({ sha256 }: Jar, kept: string, copy: string): Promise<boolean> {
  if (!existsSync(kept)) {
    return false;
  }
  await copyFile(kept, copy);
  const isPinned = digestOf(copy) === sha256;
  if (!isPinned) {
    await rm(copy);
  }
  return isPinned;
}

function refusalOf({ url, why, found }: NotFetched, { sha256 }: Jar): UserError {
  const rule =
    found === undefined
      ? `can't be fetched: ${why}`
      : `must have the SHA-256 ${sha256}, has ${found}: nothing of it was used`;
  return new UserError([{ field: "jar", value: url, rule, fix: "take it from another mirror, or try again" }]);
}

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
