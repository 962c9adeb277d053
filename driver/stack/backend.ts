import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { checkpointFile, checkpointText } from "../../components/cluster/own-state";
import { backendFolder } from "../../components/cluster/owner";
import { quote } from "../../lib/shell";
import { UserError } from "../../lib/user-error";

const checkpointFormat = z.object({
  checkpoint: z.object({
    latest: z
      .object({
        resources: z
          .array(z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()).optional() }))
          .optional(),
        pending_operations: z.array(z.object({ type: z.string() })).optional(),
      })
      .nullish(),
  }),
});

const lockFormat = z.object({ pid: z.number(), username: z.string(), hostname: z.string(), timestamp: z.string() });

/** Who holds the lock of a stack. */
export type Lock = z.infer<typeof lockFormat>;

/** What the state of a stack says about itself. */
export interface StateSummary {
  /** Resources, the stack's own and its providers left out. */
  readonly resources: number;
  /** Operations that a killed engine left open. */
  readonly pending: number;
  /** True when the program ran to its end: it exports last. */
  readonly outputs: boolean;
  /** The container engine that the program told; undefined where it did not. */
  readonly engine?: string;
}

/**
 * A backend of files, read without the Pulumi CLI, whose every start costs 0.6 s.
 * The layout is that of pulumi/pkg/backend/diy (stacks and locks by project).
 */
export class FileBackend {
  private readonly root: string;

  private constructor(
    private readonly url: string,
    folder: string,
  ) {
    this.root = path.join(folder, ".pulumi");
  }

  /** The backend of a `file://` address; undefined for any other kind. */
  static at(url: string): FileBackend | undefined {
    const folder = backendFolder(url);
    return folder === undefined ? undefined : new FileBackend(url, folder);
  }

  /** The names of all stacks of the lab's project. */
  stacks(): string[] {
    return entries(path.join(this.root, "stacks/cni-lab")).flatMap(
      (name) => /^(.+)\.json(?:\.gz)?$/.exec(name)?.[1] ?? [],
    );
  }

  /** What changes whenever the stack's state does; undefined for a stack that is not there. */
  stamp(stack: string): string | undefined {
    const file = this.checkpoint(stack);
    if (file === undefined) {
      return undefined;
    }
    const { mtimeMs, size } = statSync(file);
    return `${mtimeMs}-${size}`;
  }

  /** What the stack's state holds; undefined for a stack that is not there. @throws UserError for one that is torn */
  summary(stack: string): StateSummary | undefined {
    const file = this.checkpoint(stack);
    if (file === undefined) {
      return undefined;
    }
    const { latest } = readCheckpoint(stack, file);
    const resources = (latest?.resources ?? []).filter(({ type }) => !type.startsWith("pulumi:"));
    const own = latest?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
    return {
      resources: resources.length,
      pending: latest?.pending_operations?.length ?? 0,
      outputs: Object.keys(own?.outputs ?? {}).length > 0,
      engine: z.string().safeParse(own?.outputs?.engine).data,
    };
  }

  /** The locks on a stack: one for each engine that works on it, or was killed while it did. */
  locks(stack: string): Lock[] {
    return this.lockFiles(stack).flatMap((file) => readLock(file) ?? []);
  }

  /** Removes lock files that say nothing, as an engine leaves them that is killed while it writes one; returns them. */
  dropTornLocks(stack: string): string[] {
    const torn = this.lockFiles(stack).filter((file) => readLock(file) === undefined);
    for (const file of torn) {
      rmSync(file, { force: true });
    }
    return torn;
  }

  /** Removes a stack with its history and all copies; one that is not there is fine. */
  remove(stack: string): void {
    const folders = ["history", "backups"].map((kind) => path.join(this.root, kind, "cni-lab", stack));
    const stacks = path.join(this.root, "stacks/cni-lab");
    const files = entries(stacks).filter((name) => name.startsWith(`${stack}.json`));
    for (const gone of [...folders, this.lockFolder(stack), ...files.map((name) => path.join(stacks, name))]) {
      rmSync(gone, { recursive: true, force: true });
    }
  }

  /** Pulumi writes a lock beside its place first, and renames it. */
  private lockFiles(stack: string): string[] {
    const folder = this.lockFolder(stack);
    return entries(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => path.join(folder, name));
  }

  private lockFolder(stack: string): string {
    return path.join(this.root, "locks/organization/cni-lab", stack);
  }

  private checkpoint(stack: string): string | undefined {
    return checkpointFile(this.url, "cni-lab", stack);
  }
}

function readCheckpoint(stack: string, file: string) {
  try {
    return checkpointFormat.parse(JSON.parse(checkpointText(file))).checkpoint;
  } catch (error) {
    const rule = `can't be read (${(error as Error).message.split("\n")[0]})`;
    const back = existsSync(`${file}.bak`) ? `; or put the one before it back: cp ${quote([`${file}.bak`, file])}` : "";
    const fix = `run ./lab down ${stack}, which removes all of the stack by its label${back}`;
    throw new UserError([{ field: "state of the stack", value: file, rule, fix }]);
  }
}

/** Undefined for a file that is cut short, or gone by now. */
function readLock(file: string): Lock | undefined {
  try {
    return lockFormat.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
