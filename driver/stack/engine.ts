import { existsSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { isInteractive } from "../../lib/terminal/progress";
import { UserError } from "../../lib/user-error";
import { Interrupted } from "../run/interrupt";
import { runForeground } from "../run/spawn";
import type { Lock } from "./backend";
import { beganToChange, wasInterrupted } from "./event-log";
import { eraseFarewell, withoutFarewell } from "./farewell";
import { privateDir, repository, stackDir } from "./paths";
import type { Stack } from "./stack";

/** Refuses to go on while an engine is at work on the stack. @throws UserError that tells which */
export function requireIdle(stack: Stack): void {
  const holder = stack.locks().find(isHeld);
  if (holder !== undefined) {
    const { pid, username, hostname, timestamp } = holder;
    const rule = `is being changed by process ${pid} of ${username}@${hostname} since ${timestamp}`;
    const fix = `wait until it ends; if it is gone, run ./lab pulumi -s ${stack.name} cancel`;
    throw new UserError([{ field: "stack", value: stack.name, rule, fix }]);
  }
}

/** Makes a stack usable again after an engine that was killed: takes its lock away, forgets what it left open. */
export async function mendStack(stack: Stack, say: (line: string) => void): Promise<void> {
  requireIdle(stack);
  for (const file of stack.dropTornLocks()) {
    say(`An engine that was killed left an empty lock; removed ${file}.`);
  }
  if (stack.locks().length > 0) {
    say(`An engine that was killed left its lock on ${stack.name}; removing it.`);
    await stack.pulumi(["cancel", "--yes", stack.name]);
  }
  const pending = stack.summary()?.pending ?? 0;
  if (pending > 0) {
    say(`Operations that were interrupted, and are retried: ${pending}.`);
    await stack.dropPendingOperations();
  }
}

/** How `pulumi up` or `pulumi destroy` ended. */
export interface EngineRun {
  readonly exitCode: number;
  /** Whether it may have begun to change a resource: false only where it failed, and its event log tells that it has not. */
  readonly changed: boolean;
}

/**
 * Runs `pulumi up` or `pulumi destroy` on a stack in Pulumi's own display.
 *
 * On a terminal Pulumi takes Ctrl-C as a key, so that no signal tells of it here: its event log does.
 *
 * @throws Interrupted when the user ended it
 */
export async function runEngine(stack: Stack, operation: "up" | "destroy"): Promise<EngineRun> {
  const events = path.join(privateDir(stackDir(stack.name)), "events.json");
  const interactive = isInteractive();
  const display = interactive ? [] : ["--non-interactive", "--color", "never"];
  const argv = ["pulumi", operation, "--stack", stack.name, "--yes", "--skip-preview", "--suppress-outputs"];
  try {
    const exitCode = await runForeground([...argv, ...display, "--event-log", events], {
      // The variable makes the flag known, as Pulumi's Automation API does it.
      env: { ...stack.env, PULUMI_DEBUG_COMMANDS: "true" },
      cwd: repository,
      ...(operation === "destroy" && !interactive ? { keepLine: withoutFarewell(stack.name) } : {}),
    });
    if (operation === "destroy" && interactive && exitCode === 0) {
      process.stdout.write(eraseFarewell(stack.name, process.stdout.columns));
    }
    if (exitCode === 0 || !existsSync(events)) {
      return { exitCode, changed: true };
    }
    const log = readFileSync(events, "utf8");
    if (wasInterrupted(log)) {
      throw new Interrupted("SIGINT");
    }
    return { exitCode, changed: beganToChange(log) };
  } finally {
    rmSync(events, { force: true });
  }
}

/** True while the process that took a lock may be alive: on another machine nobody here can tell. */
export function isHeld(lock: Lock): boolean {
  if (lock.hostname !== hostname()) {
    return true;
  }
  try {
    return readFileSync(`/proc/${lock.pid}/comm`, "utf8").trim() === "pulumi";
  } catch {
    return false;
  }
}
