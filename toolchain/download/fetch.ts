import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Say } from "../../lib/progress";
import { CommandError, run } from "../run";

/** A file of a vendor, and what it must be. */
export interface Download {
  readonly url: string;
  readonly digest: { readonly algorithm: "sha256" | "sha512"; readonly hex: string };
}

/** How long what may take. */
export interface Patience {
  /** Until a vendor's machine answers, in seconds. @default 5 */
  readonly connect?: number;
  /** For one file, in seconds. @default 900 */
  readonly whole?: number;
  /** With less than 4 KiB a second for so many seconds a try ends. @default 10 */
  readonly stalled?: number;
  /** How often a vendor who can't answer at the moment is asked again in one try. @default 2 */
  readonly retries?: number;
}

/** What a download is given. */
export interface Fetching {
  /** Where the file is put; what a cut-off download has left beside it is gone on with. */
  readonly file: string;
  readonly say: Say;
  /** The address of a mirror, below which each host is a folder; an empty one is none. @default `CNI_LAB_MIRROR` */
  readonly mirror?: string | undefined;
  readonly patience?: Patience;
}

/** Why a file of a vendor can't be had, in words that go on after its address. */
export class NotFetched extends Error {
  constructor(
    readonly url: string,
    readonly why: string,
    /** Nothing else of the same machine can be had either. */
    readonly isHostDown: boolean,
    /** The digest of what came, where it is not the pinned one. */
    readonly found?: string,
  ) {
    super(`${url} ${why}`);
    this.name = "NotFetched";
  }
}

/** How often a download that breaks off is gone on with. */
const tries = 4;

/**
 * Brings a file of a vendor, by curl, through the proxy that the environment names. It is there, whole and with its digest, or
 * not at all.
 *
 * @throws NotFetched where it can't be had
 */
export async function fetchFile({ url, digest }: Download, fetching: Fetching): Promise<void> {
  const { file, say, mirror = process.env.CNI_LAB_MIRROR, patience } = fetching;
  const address = atMirror(url, mirror);
  const part = `${file}.part`;
  await mkdir(dirname(file), { recursive: true });
  const isWhole = async () => existsSync(part) && (await digestOf(part, digest.algorithm)) === digest.hex;
  for (let left = tries; !(await isWhole()); left -= 1) {
    const before = sizeOf(part);
    const failure = await tryOnce(address, part, patience ?? {}, say);
    if (failure === undefined && !(await isWhole())) {
      const found = await digestOf(part, digest.algorithm);
      await rm(part);
      throw new NotFetched(address, `has another digest (${digest.algorithm} ${found.slice(0, 16)}...)`, false, found);
    }
    // Without this one that stalls again and again would be waited for again and again.
    const hasMore = sizeOf(part) > before || failure?.startsAnew === true;
    if (failure?.startsAnew === true) {
      await rm(part, { force: true });
    }
    if (failure !== undefined && (failure.isFinal || left === 1 || !hasMore)) {
      throw new NotFetched(address, failure.why, failure.isHostDown);
    }
  }
  await rename(part, file);
}

/** The same file below a mirror's address. */
export function atMirror(url: string, mirror: string | undefined): string {
  if (mirror === undefined || mirror === "") {
    return url;
  }
  const { host, pathname } = new URL(url);
  return `${mirror.replace(/\/+$/, "")}/${host}${pathname}`;
}

interface Failure {
  readonly why: string;
  /** Another try would end the same. */
  readonly isFinal: boolean;
  readonly isHostDown: boolean;
  /** What is there can't be gone on with. */
  readonly startsAnew: boolean;
}

async function tryOnce(url: string, part: string, patience: Patience, say: Say): Promise<Failure | undefined> {
  const { connect = 5, whole = 900, stalled = 10, retries = 2 } = patience;
  say(`fetching ${url}`);
  const limits = [
    ...["--connect-timeout", String(connect), "--max-time", String(whole), "--proto-redir", "=https,http"],
    ...["--speed-limit", "4096", "--speed-time", String(stalled)],
  ];
  // What is said to pass, as too many requests, is asked again, after as long as the vendor asks for.
  const retrying = ["--retry", String(retries), "--retry-max-time", "60"];
  const output = ["--continue-at", "-", "--output", part];
  try {
    await run(["curl", "--fail", "--location", "--silent", "--show-error", ...limits, ...retrying, ...output, url]);
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) {
      return failureOf(error);
    }
    throw error;
  }
}

/** Exit codes of curl. */
const codes = { noProxy: 5, noHost: 6, noConnection: 7, partial: 18, late: 28, noRange: 33, reset: 56 } as const;

function failureOf({ exitCode, output }: CommandError): Failure {
  const why =
    output
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^curl: \(\d+\) /, "") ?? "";
  const isHostDown =
    exitCode === codes.noProxy ||
    exitCode === codes.noHost ||
    exitCode === codes.noConnection ||
    (exitCode === codes.late && /[Cc]onnect/.test(why));
  const startsAnew = exitCode === codes.noRange;
  const goesOn = startsAnew || exitCode === codes.partial || exitCode === codes.reset || exitCode === codes.late;
  const said = why === "" ? `ended with curl's ${exitCode}` : why;
  return { why: said, isFinal: isHostDown || !goesOn, isHostDown, startsAnew };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function digestOf(file: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
