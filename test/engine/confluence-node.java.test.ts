import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { javaHome } from "../../toolchain/build-packages";
import { userCache } from "../../toolchain/cache";
import { compileCommand, ownTemporary, packCommand } from "../../toolchain/java/compile";
import { fetchJars } from "../../toolchain/java/jars";
import { junit } from "../../toolchain/java/junit";
import { confluenceNode } from "../../toolchain/java/programs";
import { repository } from "../../toolchain/repository";

let folder: string;
let classes: string;
let jars: string[];
/** What ended well, and printed. */
const ran = async ([program, ...args]: readonly [string, ...string[]], cwd: string) => {
  const { all, exitCode } = await execa(program, args, { cwd, all: true, reject: false });
  expect(exitCode, all).toBe(0);
  return all;
};
/** Compiles main or test of the program; the compiler has nothing to say of our sources. */
const compiled = async (part: "main" | "test", classPath: readonly string[]) => {
  const into = join(folder, part);
  await mkdir(into);
  const sources = join(repository, "toolchain/programs", confluenceNode.name, "src", part, "java");
  const said = await ran(await compileCommand(sources, classPath, into, folder), sources);
  expect(said.split("\n").filter((line) => /\.java:\d+: warning/.test(line))).toEqual([]);
  return into;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cni-lab-java-"));
  jars = await fetchJars([...confluenceNode.jars, junit], { kept: userCache().maven, into: folder, say: () => {} });
  classes = await compiled("main", jars);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the stand-in's own tests pass, without a warning of the compiler", async () => {
  const tests = await compiled("test", [...jars, classes]);
  const classPath = [tests, classes, ...jars].join(":");
  const runner = ["-jar", jars.at(-1) ?? "", "execute", "--disable-banner", "--disable-ansi-colors"];
  const options = [`--class-path=${classPath}`, `--scan-class-path=${tests}`, "--fail-if-no-tests"];
  const all = await ran([join(javaHome, "bin", "java"), ...ownTemporary(folder), ...runner, ...options], folder);
  const count = (what: string) => Number(new RegExp(`\\[ +(\\d+) tests ${what} +\\]`).exec(all)?.[1]);
  expect([count("successful") > 100, count("failed"), count("skipped"), count("aborted")], all).toEqual([
    true,
    0,
    0,
    0,
  ]);
});

test("the same classes make the same jar", async () => {
  const files = ["a.jar", "b.jar"].map((name) => join(folder, name));
  for (const file of files) {
    await ran(await packCommand(classes, file, folder), classes);
  }
  const [a, b] = await Promise.all(files.map((file) => readFile(file)));
  expect(a?.equals(b ?? Buffer.of())).toBe(true);
});
