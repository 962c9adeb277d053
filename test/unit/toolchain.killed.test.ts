import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cni-lab-killed-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A process that builds one artifact: writes half of it, says so, waits, writes the rest. */
function builder(waitMs: number) {
  const toolchain = join(__dirname, "../../toolchain");
  const script = `
    const { Store } = require("${toolchain}/store");
    const { cacheAt } = require("${toolchain}/cache");
    const { silentProgress } = require("${toolchain}/../lib/progress");
    const { writeFileSync } = require("node:fs");
    const build = async ({ out }) => {
      writeFileSync(out + "/file", "half");
      console.log("half");
      await new Promise((resolve) => setTimeout(resolve, ${waitMs}));
      writeFileSync(out + "/file", "whole");
    };
    const artifact = { name: "a", title: "a", values: {}, files: [], needs: [], load: "io", build };
    new Store(cacheAt("${root}")).ensure([artifact], silentProgress);
  `;
  return spawn(process.execPath, ["--import", "tsx", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
}

test("a killed build leaves nothing in the store, and the next one takes over", { timeout: 60_000 }, async () => {
  const killed = builder(60_000);
  await new Promise((resolve, reject) => {
    killed.stdout.once("data", resolve);
    killed.once("exit", (code) => reject(new Error(`it ended with ${code} before it had built anything`)));
  });
  const ended = new Promise((resolve) => killed.once("exit", resolve));
  killed.kill("SIGKILL");
  await ended;
  expect(readdirSync(join(root, "store"))).toEqual([]);
  expect(readdirSync(join(root, "tmp"))).toHaveLength(1);

  const next = builder(0);
  expect(await new Promise((resolve) => next.once("exit", resolve))).toBe(0);
  const [built = ""] = readdirSync(join(root, "store"));
  expect(readFileSync(join(root, "store", built, "file"), "utf8")).toBe("whole");
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});
