import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, expect, test } from "vitest";

const root = path.resolve(__dirname, "../..");
const stateHome = mkdtempSync(path.join(tmpdir(), "cni-lab-learn-"));
const progress = path.join(stateHome, "cni-lab/learn/flannel.json");

afterEach(() => {
  rmSync(stateHome, { recursive: true, force: true });
});

const keys = { enter: "\r", down: "\u001b[B", ctrlC: "\u0003" } as const;

/**
 * Runs `./lab learn flannel` on a terminal of its own, which script(1) gives it, and presses keys.
 *
 * @param presses what must have been printed since the last key, and what is pressed then
 */
async function learn(...presses: readonly (readonly [after: string, ...(keyof typeof keys)[]])[]) {
  const command = `stty cols 80 rows 40; exec ${process.execPath} --import tsx cli/main.ts learn flannel`;
  const lab = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    cwd: root,
    env: { ...process.env, XDG_STATE_HOME: stateHome, TERM: "xterm", CI: "" },
    timeout: 45_000,
  });
  const left = [...presses];
  let [text, since] = ["", ""];
  lab.stdout.on("data", (chunk) => {
    text += chunk;
    since += chunk;
    const [next] = left;
    if (next === undefined || !stripVTControlCharacters(since).includes(next[0])) return;
    left.shift();
    since = "";
    for (const key of next.slice(1) as (keyof typeof keys)[]) lab.stdin.write(keys[key]);
  });
  const exitCode = await new Promise<number | null>((resolve) => lab.once("close", resolve));
  return { exitCode, text: stripVTControlCharacters(text), left };
}

test("a lesson is walked by keys; Ctrl-C ends with 130, and the next time it goes on there", async () => {
  const first = await learn(
    ["No, go on without", "down", "enter"],
    ["Run it here", "down", "enter"],
    ["A hint (1 of 2)", "enter"],
    ["A hint (2 of 2)", "down", "enter"],
    ["Go on?", "enter"],
    ["Run it here", "ctrlC"],
  );
  expect(first.left).toEqual([]);
  expect(first.text).toContain("Hint: Where does n1 send a packet to an address of its own subnet?");
  expect(first.text).toContain("2 of 4: The way out of the node");
  expect(first.text).toContain("\n  ./lab node -s flannel n1 ip route\r\n");
  expect(first.text).toContain("lab: interrupted; run the same command again to go on");
  expect(first.exitCode).toBe(130);
  expect(existsSync(progress) && JSON.parse(readFileSync(progress, "utf8"))).toEqual({ version: 1, done: 1 });
  const lines = first.text.split(/\r?\n/).filter((line) => !line.includes("./lab "));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);

  const second = await learn(["Go on with 2 of 4: The way out of the node", "down", "down", "enter"]);
  expect(second.text).toContain("To go on: ./lab learn flannel");
  expect(second.exitCode).toBe(0);
});

test("without a terminal the whole lesson is printed, answers and all", async () => {
  const { execa } = await import("execa");
  const { stdout, exitCode } = await execa(process.execPath, ["--import", "tsx", "cli/main.ts", "learn", "flannel"], {
    cwd: root,
    env: { XDG_STATE_HOME: stateHome },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("4 of 4: Fix it");
  expect(stdout).toContain("A solution: ./lab node -s flannel n2 ip link set flannel.1 up");
  expect(existsSync(progress)).toBe(false);
});
