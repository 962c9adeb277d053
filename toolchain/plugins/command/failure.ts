import type { Streams } from "./capture";

const SHOWN_LINES = 20;
const SHOWN_COMMAND_LINES = 12;

/** A command that did not end well: how it ended, what it was, the last that it said. */
export class CommandFailed extends Error {
  constructor(how: string, command: string, { stdout, stderr }: Streams, redact: (text: string) => string) {
    const parts = [
      `${how}: running ${head(redact(command))}`,
      tail("stderr", redact(stderr)),
      tail("stdout", redact(stdout)),
    ];
    super(parts.filter((part) => part !== "").join("\n"));
    this.name = "CommandFailed";
  }
}

function head(command: string): string {
  const lines = command.split("\n");
  if (lines.length === 1) return JSON.stringify(command);
  const left = lines.length - SHOWN_COMMAND_LINES;
  const shown = lines.slice(0, SHOWN_COMMAND_LINES).map((line) => `    ${line}`);
  return ["", ...shown, ...(left > 0 ? [`    ... (${left} more lines)`] : [])].join("\n");
}

function tail(name: string, text: string): string {
  if (text.trim() === "") return "";
  const lines = text.split("\n");
  const left = lines.length - SHOWN_LINES;
  return [
    `${name}${left > 0 ? ` (last ${SHOWN_LINES} of ${lines.length} lines)` : ""}:`,
    ...lines.slice(-SHOWN_LINES),
  ].join("\n");
}
