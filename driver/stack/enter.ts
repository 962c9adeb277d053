import { readFileSync } from "node:fs";
import type { ContainerEngine, InspectedContainer } from "../../components/cluster/engine/engine";
import type { Ran, RunOptions } from "../../lib/ran";
import { capture, timedOut } from "../run/capture";

/** The first process of a container on this machine, and what the engine gives to all that it runs beside it. */
export interface Inside {
  readonly pid: number;
  /** When it started, in the kernel's ticks: another process that got its number has another one. */
  readonly since: string;
  /** Words as `PATH=/bin`. */
  readonly env: readonly string[];
}

/** Runs a command in a container. Nothing where it could not be entered: then nothing was run, and the engine is to say why. */
export type Enter = (
  container: string,
  argv: readonly string[],
  options: RunOptions & { readonly timeoutMs: number },
) => Promise<Omit<Ran, "argv"> | undefined>;

/** The exit code of what was killed, as a shell has it. */
const killed = 137;
/** How much later than timeout(1) in the container the clock here rings: that one also ends what the command started. */
const graceMs = 5_000;

/**
 * Enters containers as the engine's `exec` does, in a hundredth of a second instead of a third: the namespaces of the first
 * process are joined from here, where it is a process of this machine. That the engine may be on another machine,
 * or this user not root, is found out by trying. Ulimits stay those of this process, and so do its cgroups.
 *
 * @param containers all that will be entered; the engine is asked once for all
 */
export function entering(engine: ContainerEngine, containers: readonly string[]): Enter {
  const asked = new Map<string, Promise<Door>>();
  const ask = (some: readonly string[]) => {
    const doors = look(engine, some);
    const doorTo = async (each: string) => (await doors)?.get(each) ?? missing(await doors);
    for (const each of some) asked.set(each, doorTo(each));
  };
  return async (container, argv, options) => {
    if (!asked.has(container)) ask([container, ...containers.filter((each) => each !== container)]);
    const first = asked.get(container);
    let door = await first;
    if (door === "stopped" || (isInside(door) && !isAlive(door))) {
      if (asked.get(container) === first) ask([container]);
      door = await asked.get(container);
    }
    if (!isInside(door)) return undefined;
    const { argv: _, ...ran } = await enter(door, argv, options);
    // It went away at this very moment.
    if (/^(nsenter|timeout): /.test(ran.stderr) && !isAlive(door)) return undefined;
    return ran;
  };
}

/** A way into a container; closed where there is none from this process, however often it is tried. */
type Door = Inside | "stopped" | "closed";

const isInside = (door: Door | undefined): door is Inside => typeof door === "object";
/** Of a container of which the engine tells nothing, though it tells of others. */
const missing = (found: object | undefined): Door => (found === undefined ? "closed" : "stopped");

async function enter(inside: Inside, argv: readonly string[], { timeoutMs, signal }: Parameters<Enter>[2]) {
  const limits = { signal, timeoutMs: timeoutMs + graceMs, killAfterMs: 4_000, lingerMs: 1_000 };
  const ran = await capture(["nsenter", ...enterArgs(inside, argv)], limits);
  return ran.exitCode === killed && ran.ms >= timeoutMs ? { ...ran, exitCode: timedOut } : ran;
}

/**
 * The arguments of nsenter that run a command as the engine's `exec` does: with the container's environment and umask, and
 * without a terminal. nsenter must not fork: the process that is told to end then is the command, and that is to be
 * timeout(1), which passes it on to what it has started in the container.
 */
export function enterArgs({ pid, env }: Inside, argv: readonly string[]): string[] {
  const clean = ["/usr/bin/env", "-i", ...env, "setsid", "sh", "-c", 'umask 0022 && exec "$@"', "sh"];
  return ["--no-fork", "--target", String(pid), "--all", "--", ...clean, ...argv];
}

/**
 * How a container is entered. What would have fewer rights there than this process, or another user or folder, is left
 * to the engine; so is a container whose first process is not one of this machine.
 *
 * @param proc reads a file of a process under /proc; undefined where there is none
 */
export function doorOf(found: InspectedContainer, proc: typeof procFile = procFile): Door {
  const { id, pid, env } = found;
  if (pid <= 0) return "stopped";
  if (found.ownUsers || !found.privileged || found.user !== "" || found.folder !== "/") return "closed";
  const since = startOf(proc(pid, "stat"));
  const isOurs = (["cgroup", "mountinfo"] as const).some((file) => proc(pid, file)?.includes(id) === true);
  return since === undefined || !isOurs ? "closed" : { pid, since, env };
}

/** The start time in a `/proc/PID/stat`; the program's name in it may hold anything. */
export function startOf(stat: string | undefined): string | undefined {
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function isAlive({ pid, since }: Inside): boolean {
  return startOf(procFile(pid, "stat")) === since;
}

function procFile(pid: number, file: "stat" | "cgroup" | "mountinfo"): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}

/** Those of the containers that can be entered from here, by their names. */
export async function waysInto(engine: ContainerEngine, containers: readonly string[]): Promise<Map<string, Inside>> {
  const doors = (await look(engine, containers)) ?? new Map<string, Door>();
  return new Map([...doors].flatMap(([name, door]) => (isInside(door) ? [[name, door]] : [])));
}

/** The ways into those of the containers that are there; undefined where the engine does not tell. */
async function look(engine: ContainerEngine, containers: readonly string[]): Promise<Map<string, Door> | undefined> {
  // It ends with an error where one of them is gone, and tells of the others.
  const { stdout } = await capture(engine.inspect(containers), { timeoutMs: 10_000 });
  const found = told(engine, stdout);
  return found && new Map(await Promise.all(found.map(async (one) => [one.name, await tried(doorOf(one))] as const)));
}

/** Undefined where the engine printed something else, such as nothing. */
function told(engine: ContainerEngine, printed: string): InspectedContainer[] | undefined {
  try {
    return engine.readInspected(JSON.parse(printed));
  } catch {
    return undefined;
  }
}

async function tried(door: Door): Promise<Door> {
  if (!isInside(door)) return door;
  const { exitCode } = await enter(door, ["timeout", "5", "true"], { timeoutMs: 5_000 });
  return exitCode === 0 || !isAlive(door) ? door : "closed";
}
