import { readdirSync, readFileSync } from "node:fs";

/** The processes below one, whose command line holds the text. */
export function descendants(root: number, text: string): number[] {
  const parents = new Map(allProcesses().map((pid) => [pid, parentOf(pid)]));
  const below = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || below(parent));
  };
  return [...parents.keys()].filter((pid) => below(pid) && commandLine(pid).includes(text));
}

function allProcesses(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

function parentOf(pid: number): number | undefined {
  const parent = Number(stat(pid)[1]);
  return parent > 0 ? parent : undefined;
}

/** State, parent and so on: what follows the name, which may hold spaces. */
function stat(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
}

/** What stands there; nothing where the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
