import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(__dirname, "../..");

/** A program that tells of each signal and then ends with 5. */
const child = 'trap "echo got; sleep 0.3; exit 5" INT; echo ready; while :; do sleep 0.05; done';

/** A command that runs it in the foreground, without a terminal. */
const script = (onSignal: string) => `
  const { runForeground } = require("./driver/run/spawn");
  const { catchSignals } = require("./driver/run/interrupt");
  const { reportError } = require("./cli/report-error");
  catchSignals((interrupted) => process.exit(reportError(interrupted)));
  runForeground(["sh", "-c", ${JSON.stringify(child)}], { onSignal: ${JSON.stringify(onSignal)} })
    .catch(reportError).then((code) => { process.exitCode = code; });`;

function output(process: ChildProcess, until?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on("data", (chunk) => {
        text += chunk;
        if (until !== undefined && text.includes(until)) resolve(text);
      });
    }
    process.once("close", () => resolve(text));
  });
}

/** A command whose work is cleared up after. */
const clearing = (work: string) => `
  const { runForeground } = require("./driver/run/spawn");
  const { catchSignals, clearingUp } = require("./driver/run/interrupt");
  const { reportError } = require("./cli/report-error");
  const { CommandFailed } = require("./lib/command-failed");
  const { setTimeout: sleep } = require("node:timers/promises");
  catchSignals((interrupted) => process.exit(reportError(interrupted)));
  const tell = (line, ms) => async () => { await sleep(ms); console.log(line); };
  clearingUp({ inOrder: tell("cleared in order", 10), atOnce: tell("cleared at once", 300) }, async () => { ${work} })
    .catch(reportError).then((code) => { process.exitCode = code; });`;

const waiting = `console.log("ready"); await sleep(60_000);`;
const program = `return runForeground(["sh", "-c", ${JSON.stringify(child)}]);`;
const interrupted = "lab: interrupted; run the same command again to go on\n";

test.each([
  ["that is done", "return 3;", [], 3, "cleared in order\n"],
  ["that fails", `throw new CommandFailed("no");`, [], 2, "cleared in order\nlab: no\n"],
  ["that a signal ends", waiting, ["SIGINT"], 130, `ready\ncleared at once\n${interrupted}`],
  ["whose program a signal ends", program, ["SIGINT"], 130, `ready\ngot\ncleared at once\n${interrupted}`],
  ["that two signals end", waiting, ["SIGINT", "SIGTERM"], 130, `ready\n${interrupted}`],
] as const)("work %s is cleared up after", async (_, work, signals, exitCode, expected) => {
  const lab = spawn(process.execPath, ["--import", "tsx", "-e", clearing(work)], { cwd: root, stdio: "pipe" });
  const all = output(lab);
  const ended = new Promise<number | null>((resolve) => lab.once("exit", resolve));
  if (signals.length > 0) await output(lab, "ready");
  for (const signal of signals) {
    lab.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await ended).toBe(exitCode);
  expect(await all).toBe(expected);
});

test.each([
  ["end", 130, "ready\ngot\nlab: interrupted; run the same command again to go on\n"],
  ["pass", 5, "ready\ngot\n"],
])("a signal is handed on once, and %s", async (onSignal, exitCode, expected) => {
  const lab = spawn(process.execPath, ["--import", "tsx", "-e", script(onSignal)], { cwd: root, stdio: "pipe" });
  const all = output(lab);
  const ended = new Promise<number | null>((resolve) => lab.once("exit", resolve));
  await output(lab, "ready");
  lab.kill("SIGINT");
  expect(await ended).toBe(exitCode);
  expect(await all).toBe(expected);
});
