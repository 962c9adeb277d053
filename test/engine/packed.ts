import { cpSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";

const root = path.resolve(__dirname, "../..");
const modules = path.join(root, "node_modules");

/** The package as others get it. */
export interface Packed {
  /** The files in it. */
  readonly files: readonly string[];
  /** A project outside of the repository that has installed it, with Pulumi's SDKs beside it. */
  readonly project: string;
  /** Of what npm has installed for the package, the SDKs aside, in bytes. */
  readonly size: number;
}

/** Packs the package from a copy of the repository, and installs it in an empty project, both as people do. */
export async function pack(folder: string): Promise<Packed> {
  const checkout = path.join(folder, "checkout");
  for (const name of [".npmrc", "LICENSE", "package.json", "tsconfig.json", "components", "lib", "package"]) {
    cpSync(path.join(root, name), path.join(checkout, name), {
      recursive: true,
      filter: (file) => !file.startsWith(path.join(root, "package/dist")),
    });
  }
  symlinkSync(modules, path.join(checkout, "node_modules"));
  mkdirSync(path.join(checkout, "package/dist"));
  writeFileSync(path.join(checkout, "package/dist/gone.js"), "");
  const { stdout } = await execa("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: path.join(checkout, "package"),
  });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[\n")));

  const project = path.join(folder, "project");
  mkdirSync(project);
  writeFileSync(path.join(project, "package.json"), '{ "private": true }');
  // The SDKs would come too, some 250 MB: they are linked in from the repository, in the versions that it tests.
  const quiet = ["--omit=peer", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await execa("npm", ["install", ...quiet, path.join(folder, filename)], { cwd: project });
  const size = sizeOf(path.join(project, "node_modules"));
  for (const name of ["@pulumi", "@types", "typescript"]) {
    symlinkSync(path.join(modules, name), path.join(project, "node_modules", name));
  }
  return { files: files.map((file: { path: string }) => file.path), project, size };
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(path.join(parentPath, name)).size, 0);
}
