import Table from "cli-table3";
import { wrapAnsi } from "fast-wrap-ansi";
import { plain } from "../plain";

/**
 * A table of a head and rows, as plain text that is still readable in a log.
 *
 * @param widths of columns whose text is wrapped, by the name of their head; the others are as wide as their text
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  widths: Readonly<Record<string, number>> = {},
): string {
  const bare = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" };
  const view = new Table({
    head: [...head],
    chars: {
      ...bare,
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      right: "",
      middle: "  ",
    },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colWidths: head.map((name) => widths[name] ?? null),
  });
  view.push(...rows.map((row) => row.map((cell, column) => plainCell(cell, widths[head[column] ?? ""]))));
  return view
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** What a cell shows may be a pod's own word. */
function plainCell(cell: string, width = Number.POSITIVE_INFINITY): string {
  const wrapped = (line: string) => (width < line.length ? wrapAnsi(line, width, { hard: true }) : line);
  return cell
    .split("\n")
    .map((line) => wrapped(plain(line)))
    .join("\n");
}
