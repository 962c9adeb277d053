import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
let ofRun: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-temporary-"));
  ofRun = path.join(folder, "run");
  mkdirSync(ofRun);
  const entryPoint = path.resolve(__dirname, "../../driver/run/temporary-folder.ts");
  buildSync({ entryPoints: [entryPoint], outfile: path.join(folder, "use.js"), platform: "node", format: "cjs" });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a process that uses its temporary folder, and one that it starts, take for it. */
function use(env: Record<string, string>, end: string): string {
  const script = `
    require("${folder}/use.js").useTemporaryFolder();
    require("node:fs").writeFileSync(require("node:os").tmpdir() + "/kubeconfig1", "");
    const child = 'console.log(process.env.TMPDIR, process.env.CNI_LAB_TMPDIR)';
    process.stdout.write(require("node:child_process").execFileSync(process.execPath, ["-e", child]));
    ${end}`;
  return spawnSync(process.execPath, ["-e", script], { env, encoding: "utf8" }).stdout;
}

test.each(["", "process.exit(2)", "throw new Error()"])("is handed on, and gone with the process: %s", (end) => {
  expect(use({ TMPDIR: folder, CNI_LAB_TMPDIR: ofRun }, end)).toBe(`${ofRun} undefined\n`);
  expect(existsSync(ofRun)).toBe(false);
  expect(existsSync(path.join(folder, "kubeconfig1"))).toBe(false);
});

test("is the caller's where there is no launcher, and stays", () => {
  writeFileSync(path.join(folder, "theirs"), "");
  expect(use({ TMPDIR: folder }, "")).toBe(`${folder} undefined\n`);
  expect(existsSync(path.join(folder, "theirs"))).toBe(true);
});
