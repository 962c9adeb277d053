import { rmSync } from "node:fs";

/** Where `./lab` tells of the temporary folder that it has made for this run: of this user only. */
const told = "CNI_LAB_TMPDIR";

/**
 * Makes that folder the one of this process and of all that it starts, and removes it when the process ends. Without
 * the launcher everything stays as it is.
 */
export function useTemporaryFolder(env: NodeJS.ProcessEnv = process.env): void {
  const folder = env[told];
  if (folder === undefined) {
    return;
  }
  env.TMPDIR = folder;
  // A ./lab that this one starts gets its own.
  delete env[told];
  process.once("exit", () => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Something that was started still writes there: a later run removes it.
    }
  });
}
