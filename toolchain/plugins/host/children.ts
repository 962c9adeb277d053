import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Ends the process groups it was told of when its standard input closes, which the kernel does even for a plugin that
 * was killed with SIGKILL. Lines: `add PGID`, `del PGID`.
 */
const WATCHDOG = `
trap '' INT TERM HUP
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    del) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
[ "$groups" = ' ' ] || sleep 0.7
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

/** How a child is started. */
export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The processes of a plugin: each leads a group of its own, and no group outlives the plugin. */
export class Children {
  private readonly running = new Set<number>();
  private watchdog: ChildProcess | undefined;

  /** Starts a program with all three streams piped. A program that can't be started emits `error`, or throws. */
  spawn(argv: readonly [string, ...string[]], { cwd, env }: ChildOptions = {}): ChildProcessWithoutNullStreams {
    // First, so that no child is there before somebody watches over it.
    this.watchdog ??= startWatchdog();
    const { stdin } = this.watchdog;
    const child = spawn(argv[0], argv.slice(1), { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const { pid } = child;
    if (pid !== undefined) {
      this.running.add(pid);
      stdin?.write(`add ${pid}\n`);
      // `close` and not `exit`: a leader may be gone while others of its group still write to its streams.
      child.once("close", () => {
        this.running.delete(pid);
        stdin?.write(`del ${pid}\n`);
      });
    }
    return child;
  }

  /** Ends one child's whole group: TERM, and KILL for what is left of it after the grace. */
  async end(child: ChildProcess, graceMs: number): Promise<void> {
    if (child.pid !== undefined) await endGroups([child.pid], graceMs);
  }

  /** Ends all groups, as {@link end} does. */
  async endAll(graceMs: number): Promise<void> {
    await endGroups([...this.running], graceMs);
  }
}

function startWatchdog(): ChildProcess {
  const watchdog = spawn("/bin/sh", ["-c", WATCHDOG, "cni-lab-plugin-watchdog"], {
    cwd: "/",
    env: { PATH: process.env.PATH },
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // It does not keep the plugin alive. Without it a plugin killed by SIGKILL leaves children, no more.
  watchdog.on("error", () => {});
  watchdog.stdin.on("error", () => {});
  watchdog.unref();
  return watchdog;
}

async function endGroups(groups: readonly number[], graceMs: number): Promise<void> {
  const left = groups.filter((group) => signal(group, "SIGTERM"));
  const deadline = Date.now() + graceMs;
  while (left.some((group) => signal(group, 0)) && Date.now() < deadline) await sleep(20);
  for (const group of left) signal(group, "SIGKILL");
}

/** Whether there was anybody to take the signal. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}
