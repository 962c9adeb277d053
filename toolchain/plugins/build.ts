import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** The provider plugins of this folder. */
export type PluginName = "kubernetes" | "command";

/**
 * Bundles a plugin into one executable file, `OUTDIR/pulumi-resource-NAME`, and returns its path.
 * `OUTDIR` placed as `PULUMI_HOME/plugins/resource-NAME-vVERSION` is all that the engine looks for.
 */
export async function bundlePlugin(name: PluginName, outDir: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, name, "main.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    keepNames: true,
    legalComments: "none",
    logLevel: "error",
    write: false,
    metafile: false,
    // Native speed-ups of ssh2, which does without.
    external: ["cpu-features", "*.node"],
  });
  const code = outputFiles[0]?.contents;
  if (code === undefined) throw new Error(`esbuild wrote nothing for plugin ${name}`);

  await mkdir(outDir, { recursive: true });
  const file = join(outDir, `pulumi-resource-${name}`);
  await writeFile(file, Buffer.concat([Buffer.from("#!/usr/bin/env node\n"), code]));
  await chmod(file, 0o755);
  return file;
}
