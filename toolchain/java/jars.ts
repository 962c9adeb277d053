import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Say } from "../../lib/progress";
import { UserError } from "../../lib/user-error";
import { run } from "../run";
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
 * @throws UserError for a jar with another digest; CommandError where one can't be had
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
  if (existsSync(there)) {
    await copyFile(there, here);
    if (digestOf(here) === jar.sha256) {
      return here;
    }
  }
  const address = `${from}/${pathOf(jar)}`;
  say(`fetching ${fileOf(jar)}`);
  const patience = ["--retry", "3", "--connect-timeout", "20", "--max-time", "300"];
  await run(["curl", "--fail", "--silent", "--show-error", "--location", ...patience, "--output", here, address]);
  const digest = digestOf(here);
  if (digest !== jar.sha256) {
    await rm(here);
    const rule = `must have the SHA-256 ${jar.sha256}, has ${digest}: nothing of it was used`;
    throw new UserError([{ field: "jar", value: address, rule, fix: "take it from another mirror, or try again" }]);
  }
  await mkdir(dirname(there), { recursive: true });
  await copyFile(here, `${there}.${process.pid}`);
  await rename(`${there}.${process.pid}`, there);
  return here;
}

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
