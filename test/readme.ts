import { readFileSync } from "node:fs";
import path from "node:path";

/** A command of a page, and the exit code that it is to end with: 0 unless a comment behind it says another. */
export interface PageCommand {
  readonly command: string;
  readonly exitCode: number;
}

/** The commands of a page, line by line: those of its `sh` blocks, in order, but for the same by plain Pulumi. */
export function commandsOf(markdown: string): readonly PageCommand[] {
  const [own = ""] = markdown.split(/^## With plain Pulumi$/m);
  const blocks = [...own.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
  const lines = blocks.flatMap((block) => block.split("\n")).filter((line) => line !== "");
  return lines.map((line) => {
    const [command = "", exitCode = "0"] = line.split(/ +# exit code /);
    return { command, exitCode: Number(exitCode) };
  });
}

/** The rows of the first table of a page: name and value. */
export function firstTable(markdown: string): Readonly<Record<string, string>> {
  const table = /(?:^\|.*\|\n)+/m.exec(markdown)?.[0] ?? "";
  const rows = table.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const named = rows.flatMap(([, name = "", value = ""]) => (/[a-z]/.test(name) ? [[name, value] as const] : []));
  return Object.fromEntries(named);
}

/** What a lab's page has its reader run, but for what first brings the lab up and what takes it down. */
export function commandsOfPage(id: string): readonly PageCommand[] {
  const page = readFileSync(path.resolve(__dirname, `../labs/${id}/README.md`), "utf8");
  return commandsOf(page).filter(({ command }) => !/^\.\/lab (up|down) [a-z-]+$/.test(command));
}

/** A command of a page as it stands there, but on another stack. */
export function commandOn(stack: string, command: string): string {
  return command.replace(/(\.\/lab (?:up|check|fix|break|swap|status|matrix|path|down) |-s )[a-z-]+/g, `$1${stack}`);
}
