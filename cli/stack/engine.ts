import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { UserError } from "../../components/lib/user-error";
import { runForeground } from "../run/spawn";
import { isInteractive } from "../ui/progress";
import type { Lock } from "./backend";
import { repository } from "./paths";
import type { Stack } from "./stack";

/** Refuses to go on while an engine is at work on the stack. @throws UserError that tells which */
export function requireIdle(stack: Stack): void {
  const holder = stack.locks().find(isHeld);
  if (holder !== undefined) {
    const { pid, username, hostname, timestamp } = holder;
    const rule = `is being changed by process ${pid} of ${username}@${hostname} since ${timestamp}`;
    const mend = `wait until it ends; if it is gone, run ./lab pulumi -s ${stack.name} cancel`;
    throw new UserError([{ field: "stack", value: stack.name, rule, mend }]);
  }
}

/** Makes a stack usable again after an engine that was killed: takes its lock away, forgets what it left open. */
export async function mendStack(stack: Stack, say: (line: string) => void): Promise<void> {
  requireIdle(stack);
  if (stack.locks().length > 0) {
    say(`An engine that was ended by force left its lock on ${stack.name}; removing it.`);
    await stack.pulumi(["cancel", "--yes", stack.name]);
  }
  const pending = stack.summary()?.pending ?? 0;
  if (pending > 0) {
    say(`Operations that were cut short, and are done again: ${pending}.`);
    await stack.dropPendingOperations();
  }
}

/** Runs `pulumi up` or `pulumi destroy` on a stack in Pulumi's own display. @returns its exit code */
export function runEngine(stack: Stack, operation: "up" | "destroy", options: readonly string[] = []): Promise<number> {
  const display = isInteractive() ? [] : ["--non-interactive", "--color", "never"];
  const argv = ["pulumi", operation, "--stack", stack.name, "--yes", "--skip-preview", "--suppress-outputs"];
  return runForeground([...argv, ...display, ...options], { env: stack.env, cwd: repository });
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
