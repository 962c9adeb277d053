import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Say } from "../../lib/progress";
import { run } from "../run";
import type { Copies, Patch } from "./program";

/** Go as a build runs it. */
interface GoTool {
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly say: Say;
}

/** A folder with a module's pins, and one to write into. */
interface Folders {
  readonly pins: string;
  readonly into: string;
  readonly patches: readonly Patch[];
}

/**
 * Puts the pins and all packages below them, patched, into a folder of their own: the module cache, which all builds
 * share, is not touched. (`go build -overlay` does not do: it is refused for files of the module cache.)
 */
export async function patchPackages({ bin, env, say }: GoTool, { pins, into, patches }: Folders): Promise<void> {
  await mkdir(into, { recursive: true });
  await Promise.all(["go.mod", "go.sum"].map((file) => copyFile(join(pins, file), join(into, file))));
  await run([bin, "mod", "vendor"], { cwd: into, env, say });
  for (const patch of patches.filter(({ file }) => file.endsWith(".go"))) {
    const file = join(into, "vendor", patch.file);
    await writeFile(file, patched(await readFile(file, "utf8"), patch));
  }
}

/** Puts patched copies of a module's other files into a folder, as programs. */
export async function patchCopies(
  { bin, env }: GoTool,
  { pins, into, copies, patches }: Folders & { readonly copies: Copies },
): Promise<void> {
  const folder = (await run([bin, "list", "-m", "-f", "{{.Dir}}", copies.module], { cwd: pins, env })).trim();
  for (const [name, path] of Object.entries(copies.files)) {
    const text = patches
      .filter(({ file }) => file === `${copies.module}/${path}`)
      .reduce(patched, await readFile(join(folder, path), "utf8"));
    await writeFile(join(into, name), text);
    await chmod(join(into, name), 0o755);
  }
}

/**
 * The text with the patch applied.
 *
 * @throws Error when what it replaces is not there exactly once: the module is another than the patch was made for.
 */
export function patched(text: string, { file, find, replace }: Patch): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(`${file}: its patch must find this exactly once, found ${parts.length - 1} times: ${find}`);
  }
  return parts.join(replace);
}
