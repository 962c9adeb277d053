import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = path.resolve(__dirname, "../..");
const modules = path.join(root, "node_modules");
const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-package-"));
/** The checkout as far as the package is made of it, so that nothing is built in the real one. */
const checkout = path.join(folder, "checkout");
const project = path.join(folder, "project");
const installed = path.join(project, "node_modules/cni-lab");
let packed: readonly string[];

beforeAll(async () => {
  for (const name of [".npmrc", "LICENSE", "README.md", "package.json", "components", "lib"]) {
    cpSync(path.join(root, name), path.join(checkout, name), { recursive: true });
  }
  for (const name of ["tsconfig.json", "tsconfig.build.json"]) {
    cpSync(path.join(root, name), path.join(checkout, name));
  }
  symlinkSync(modules, path.join(checkout, "node_modules"));
  mkdirSync(path.join(checkout, "dist"));
  writeFileSync(path.join(checkout, "dist/gone.js"), "");
  const npm = ["pack", "--json", "--offline", "--pack-destination", folder];
  const { stdout } = await execa("npm", npm, { cwd: checkout, env: { npm_config_cache: path.join(folder, "npm") } });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[\n")));
  packed = files.map((file: { path: string }) => file.path);
  mkdirSync(installed, { recursive: true });
  await execa("tar", ["--extract", "--strip-components=1", "--file", path.join(folder, filename)], { cwd: installed });
  for (const name of ["@pulumi", "@types", "ipaddr.js"]) {
    symlinkSync(path.join(modules, name), path.join(project, "node_modules", name));
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a package holds the code that it names, with its types, and nothing that an older build left", () => {
  const { main, types } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
  expect(packed).toContain(main);
  expect(packed).toContain(types);
  expect(packed.filter((file) => !/^(dist\/.*\.(js|d\.ts|json)|LICENSE|README\.md|package\.json)$/.test(file))).toEqual(
    [],
  );
  expect(packed).not.toContain("dist/gone.js");
});

/** Every component that README lists. */
function listed(): string[] {
  const [, section = ""] = /^## Components$(.*?)^## /ms.exec(readFileSync(path.join(root, "README.md"), "utf8")) ?? [];
  return [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = ""]) => names.replaceAll("`", "").split(", "));
}

test("a program elsewhere gets every component of it, with their types", async () => {
  const names = listed();
  expect(names).toContain("Flannel");
  const program = [
    `import { ${names.join(", ")}, type FlannelArgs } from "cni-lab";`,
    'const args: FlannelArgs = { network: "10.244.0.0/16" };',
    "// @ts-expect-error: a number is no network",
    "const wrong: FlannelArgs = { network: 1 };",
    `console.log([${names.join(", ")}].map((each) => each.name).join(" "), args.network, wrong.network);`,
  ];
  writeFileSync(path.join(project, "program.ts"), `${program.join("\n")}\n`);
  const options = ["--strict", "--skipLibCheck", "--module", "commonjs", "--target", "es2022", "program.ts"];
  await execa(path.join(modules, ".bin/tsc"), [...options, "--lib", "es2023,dom"], { cwd: project });
  const { stdout } = await execa("node", ["program.js"], { cwd: project });
  expect(stdout).toBe(`${names.join(" ")} 10.244.0.0/16 1`);
});
