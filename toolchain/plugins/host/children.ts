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

  /** Starts a program with all three streams piped. A program that can't be started emits `error`. */
  spawn(argv: readonly [string, ...string[]], { cwd, env }: ChildOptions = {}): ChildProcessWithoutNullStreams {
    const child = spawn(argv[0], argv.slice(1), { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const { pid } = child;
    if (pid !== undefined) {
      this.running.add(pid);
      this.tell("add", pid);
      // `close` and not `exit`: a leader may be gone while others of its group still write to its streams.
      child.once("close", () => {
        this.running.delete(pid);
        this.tell("del", pid);
      });
    }
    return child;
  }

  /** Ends one child's whole group: TERM, and KILL when it has not closed its streams after the grace. */
  async end(child: ChildProcess, graceMs: number): Promise<void> {
    if (child.pid !== undefined) await this.endGroups([child.pid], graceMs);
  }

  /** Ends all groups, as {@link end} does. */
  async endAll(graceMs: number): Promise<void> {
    await this.endGroups([...this.running], graceMs);
  }

  private async endGroups(groups: readonly number[], graceMs: number): Promise<void> {
    const left = (): number[] => groups.filter((group) => this.running.has(group));
    for (const group of left()) signal(group, "SIGTERM");
    const deadline = Date.now() + graceMs;
    while (left().length > 0 && Date.now() < deadline) await sleep(20);
    for (const group of left()) signal(group, "SIGKILL");
  }

  private tell(verb: "add" | "del", group: number): void {
    if (this.watchdog === undefined) {
      const watchdog = spawn("/bin/sh", ["-c", WATCHDOG, "cni-lab-plugin-watchdog"], {
        cwd: "/",
        detached: true,
        stdio: ["pipe", "ignore", "ignore"],
      });
      // Neither it nor its pipe keeps the plugin alive; without it a plugin killed by SIGKILL leaves children, no more.
      watchdog.on("error", () => {});
      watchdog.stdin.on("error", () => {});
      watchdog.unref();
      this.watchdog = watchdog;
    }
    this.watchdog.stdin?.write(`${verb} ${group}\n`);
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // The group ended by itself meanwhile.
  }
}
