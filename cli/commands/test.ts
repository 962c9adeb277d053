import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Interrupted } from "../../driver/run/interrupt";
import { runForeground } from "../../driver/run/spawn";
import { holdTests } from "../../driver/stack/hold";
import { privateDir, repository, testReports } from "../../driver/stack/paths";
import { writePrivate } from "../../driver/stack/private-file";
import { exitCodes } from "../../lib/command-failed";
import { mask } from "../../lib/mask";
import { createProgress } from "../../lib/terminal/progress";
import { table } from "../../lib/terminal/table";
import { UserError } from "../../lib/user-error";
import { ensureMachineImage, ensureTestPackages, ensureTestPrograms, ensureToolchain } from "../../toolchain";
import { machineLacks } from "../preflight";
import { reportError } from "../report-error";
import { type Count, countReport, sum } from "../test/count";
import { requireNoTestStacks, runVariable, sweep } from "../test/run";

interface TestOptions {
  readonly long?: boolean;
}

/** `./lab test`: lint, types, and all tests; the last line is the sum. What they printed is kept until the next run. */
export async function test(options: TestOptions): Promise<number> {
  return holdTests(async () => {
    await requireNoTestStacks();
    const run = mkdtempSync(path.join(tmpdir(), "test-"));
    try {
      return await testAll(options, run);
    } finally {
      await sweep(run);
      rmSync(run, { recursive: true, force: true });
    }
  });
}

/** @param run the folder of this run's states */
async function testAll({ long = false }: TestOptions, run: string): Promise<number> {
  console.log(`All tests: about ${long ? 295 : 75} minutes; the first time on a machine 25 more, for the set-up.`);
  const reports = testReports();
  rmSync(reports, { recursive: true, force: true });
  privateDir(reports);
  const results: [string, Count, number][] = [];
  const part = async (name: string, run: () => Promise<Count>) => {
    const started = Date.now();
    console.log(`\n== ${name}`);
    results.push([name, await run(), Date.now() - started]);
  };
  const ready = await setUp();
  await setUpForTests(long);
  await part("lint", () => one(["biome", "check", "."]));
  await part("types", () => one(["tsc", "--noEmit"], ["tsc", "--noEmit", "-p", "tsconfig.tools.json"]));
  const env = { [runVariable]: run, CNI_LAB_TEST_REPORTS: reports, ...(long ? { CNI_LAB_LONG: "1" } : {}) };
  await part("unit", () => vitest("unit", reports, env));
  for (const name of ["engine", "live"]) {
    await part(name, async () => (ready ? vitest(name, reports, env) : { passed: 0, failed: 1 }));
  }
  const all = sum(results.map(([, count]) => count));
  const rows = results.map(([name, { passed, failed }, ms]) => [
    name,
    String(passed),
    String(failed),
    `${(ms / 1000).toFixed(1)} s`,
  ]);
  const summary = `${table(["tests", "passed", "failed", "time"], rows)}\n\n${all.passed} passed, ${all.failed} failed`;
  writePrivate(path.join(reports, "summary.txt"), `${summary}\n`);
  console.log(`\nreports: ${reports}\n\n${summary}`);
  return all.failed === 0 ? exitCodes.asExpected : exitCodes.notAsExpected;
}

/** The tests of engine and cluster need the toolchain; where it can't be had they have failed, and the others run. */
async function setUp(): Promise<boolean> {
  try {
    const progress = createProgress();
    const lacks = await machineLacks(progress);
    if (lacks.length > 0) {
      throw new UserError(lacks.map(({ what, fix }) => ({ field: "this machine", rule: `lacks ${what}`, fix })));
    }
    await ensureToolchain(progress);
    return true;
  } catch (error) {
    tellUnlessInterrupted(error);
    return false;
  }
}

/** Where no browser can be had, or no host of another language, the tests that need it fail, and they alone. */
async function setUpForTests(long: boolean): Promise<void> {
  await ensureTestPackages(createProgress()).catch(tellUnlessInterrupted);
  await ensureTestPrograms(createProgress()).catch(tellUnlessInterrupted);
  if (long) await ensureMachineImage(createProgress()).catch(tellUnlessInterrupted);
}

function tellUnlessInterrupted(error: unknown): void {
  if (error instanceof Interrupted) {
    throw error;
  }
  reportError(error);
}

async function one(...commands: readonly (readonly [string, ...string[]])[]): Promise<Count> {
  for (const [program, ...args] of commands) {
    if ((await runForeground([bin(program), ...args], { cwd: repository })) !== 0) {
      return { passed: 0, failed: 1 };
    }
  }
  return { passed: 1, failed: 0 };
}

async function vitest(project: string, reports: string, env: Readonly<Record<string, string>>): Promise<Count> {
  const file = path.join(reports, `${project}.json`);
  const junit = `--outputFile.junit=${path.join(reports, `${project}.xml`)}`;
  const report = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`, "--reporter=junit", junit];
  const exitCode = await runForeground([bin("vitest"), "run", "--project", project, ...report], {
    cwd: repository,
    env,
  });
  maskReports(reports);
  return countReport(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined, exitCode);
}

/** A test that fails tells what it saw, and that may hold anything. */
function maskReports(reports: string): void {
  const files = readdirSync(reports, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of files) {
    const file = path.join(reports, name);
    writePrivate(file, mask(readFileSync(file, "utf8")));
  }
}

function bin(program: string): string {
  return path.join(repository, "node_modules/.bin", program);
}
