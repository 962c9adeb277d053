import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Installs a language whose programs are what `pulumi import` makes before a language's own host turns it into code:
 * the host at hand can't do that yet. A project has it with `runtime: pcl`.
 */
export async function installPclLanguage(pulumiHome: string): Promise<void> {
  const outfile = join(pulumiHome, "plugins", "language-pcl-v1.0.0", "pulumi-language-pcl");
  await build({
    entryPoints: [join(__dirname, "pcl-language.ts")],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "error",
  });
  await chmod(outfile, 0o755);
}
