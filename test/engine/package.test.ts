import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";

const root = path.resolve(__dirname, "../..");
const project = mkdtempSync(path.join(tmpdir(), "cni-lab-package-"));

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("the components can be imported as a package, with their types", async () => {
  const modules = path.join(project, "node_modules");
  const installed = path.join(modules, "cni-lab");
  mkdirSync(installed, { recursive: true });
  symlinkSync(path.join(root, "package.json"), path.join(installed, "package.json"));
  await execa(
    path.join(root, "node_modules/.bin/tsc"),
    ["-p", "tsconfig.build.json", "--outDir", path.join(installed, "dist")],
    {
      cwd: root,
    },
  );
  for (const name of ["@pulumi", "@types", "ipaddr.js"]) {
    symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
  }
  writeFileSync(
    path.join(project, "program.ts"),
    'import { Cluster, Cni, Flannel, Probe } from "cni-lab";\nconsole.log([Cluster, Cni, Flannel, Probe].map((each) => each.name).join(" "));\n',
  );
  const options = ["--strict", "--skipLibCheck", "--module", "commonjs", "--target", "es2022", "program.ts"];
  await execa(path.join(root, "node_modules/.bin/tsc"), [...options, "--lib", "es2023,dom"], { cwd: project });
  const { stdout } = await execa("node", ["program.js"], { cwd: project });
  expect(stdout).toBe("Cluster Cni Flannel Probe");
});
