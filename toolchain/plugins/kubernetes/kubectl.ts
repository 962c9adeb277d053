import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { stringify } from "yaml";
import type { Children } from "../host";
import type { Kubeconfig } from "./kubeconfig";

/** How a `kubectl` ended. */
export interface Ended {
  readonly exitCode: number | null;
  /** Everything it said, in order. */
  readonly lines: readonly string[];
}

/** What a run of `kubectl` needs beside its arguments. */
export interface KubectlOptions {
  readonly children: Children;
  /** Ends the program. */
  readonly signal: AbortSignal;
  /** Called with each line as it is said. */
  readonly onLine?: (line: string) => void;
}

/**
 * The kubeconfig comes by standard input, so it never lies on disk nor shows in a list of processes. Node's own pipes are
 * sockets, which can't be opened by name: `cat` makes a real one of it.
 */
const fed = 'cat | "$0" --kubeconfig /dev/stdin "$@"';

/** How a shell ends that finds no such program. */
const notFound = 127;

/** `kubectl` for one cluster: it knows when each kind of workload is ready. */
export class Kubectl {
  private readonly kubeconfig: string;

  constructor({ file }: Kubeconfig) {
    this.kubeconfig = stringify(file);
  }

  /** Runs `kubectl ARGV...` to its end, or until the signal. */
  async run(argv: readonly string[], { children, signal, onLine }: KubectlOptions): Promise<Ended> {
    const child = children.spawn(["/bin/sh", "-c", fed, program(), ...argv]);
    // A program that ended before it read is told of by its exit code.
    child.stdin.on("error", () => {});
    child.stdin.end(this.kubeconfig);
    const lines: string[] = [];
    const hear = (line: string): void => {
      if (line.trim() === "") return;
      lines.push(line);
      onLine?.(line);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", hear);
    const stop = (): void => void children.end(child, 1000);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      const exitCode = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      });
      if (exitCode === notFound) {
        throw new Error("kubectl is neither beside the plugin nor on PATH; run ./lab up, which provides it");
      }
      return { exitCode, lines };
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

/** The `kubectl` beside the plugin's own executable, else the one on PATH. */
function program(): string {
  const beside = join(dirname(realpathSync(process.argv[1] ?? ".")), "kubectl");
  return existsSync(beside) ? beside : "kubectl";
}
