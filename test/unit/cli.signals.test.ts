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
