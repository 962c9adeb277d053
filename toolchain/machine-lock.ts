import { spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, lstatSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";

/**
 * Where the locks of this machine are, whatever the home and the state folder of who takes them: names in the container
 * engine are one for all of root's shells. Only root may write here, and it is empty after a boot.
 */
export const machineLocks = "/run/cni-lab";

/** Who holds a lock, in his own words. */
const holderFormat = z.object({ pid: z.number(), command: z.string(), state: z.string(), since: z.string() });
export type Holder = z.infer<typeof holderFormat>;

/** How a lock is held: by one alone, or beside others who share it. */
export type Mode = "exclusive" | "shared";

/** A lock that could not be had. */
export class Held extends Error {
  /** @param holder undefined where nobody wrote who it is */
  constructor(
    readonly lock: string,
    readonly holder: Holder | undefined,
  ) {
    super(`${lock} is held by ${holder === undefined ? "another process" : `process ${holder.pid}`}`);
    this.name = "Held";
  }
}

/**
 * Takes a lock of this machine for as long as `work` runs. It is the kernel's (flock), so that it goes with the process
 * that holds it, however that ends.
 *
 * @param name of what is locked; any text
 * @throws Held at once when it is held by somebody else
 */
export async function withMachineLock<T>(
  name: string,
  mode: Mode,
  holder: Pick<Holder, "command" | "state">,
  work: () => Promise<T>,
  folder = machineLocks,
): Promise<T> {
  const file = join(ownFolder(folder), `${encodeURIComponent(name)}.lock`);
  // The lock belongs to this open file: the program `flock` takes it for us and ends.
  const fd = openSync(file, "a", 0o600);
  try {
    const taken = spawnSync("flock", [`--${mode}`, "--nonblock", "3"], { stdio: ["ignore", "ignore", "pipe", fd] });
    if (taken.error !== undefined || taken.status !== 0) {
      const said = taken.error?.message ?? taken.stderr.toString().trim();
      if (said !== "") {
        throw new Error(`flock ${file}: ${said}`);
      }
      throw new Held(name, holderIn(file));
    }
    if (mode === "exclusive") {
      ftruncateSync(fd);
      writeSync(fd, JSON.stringify({ ...holder, pid: process.pid, since: new Date().toISOString() }));
    }
    return await work();
  } finally {
    closeSync(fd);
  }
}

/**
 * Takes a lock alone as soon as it is free.
 *
 * @param limitMs how long to wait for it
 * @throws Held when it is held by somebody else still
 */
export async function waitForMachineLock<T>(
  name: string,
  holder: Pick<Holder, "command" | "state">,
  limitMs: number,
  work: () => Promise<T>,
  folder = machineLocks,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await withMachineLock(name, "exclusive", holder, work, folder);
    } catch (error) {
      if (!(error instanceof Held && error.lock === name) || Date.now() > end) {
        throw error;
      }
    }
    await setTimeout(200);
  }
}

/** Makes the folder; one that somebody else could write into is not trusted. */
function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
    throw new Error(`${folder} can be written to by others than this user: remove it and try again`);
  }
  return folder;
}

function holderIn(file: string): Holder | undefined {
  try {
    return holderFormat.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Being written at this moment, or by a newer lab.
    return undefined;
  }
}
