import { wrapAnsi } from "fast-wrap-ansi";
import { plain } from "../plain";

/** Two texts that belong beside each other, such as what two runs printed. */
export interface Sides {
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/** Columns of a terminal from which on two texts have room beside each other. */
const enough = 100;
const between = " | ";

/**
 * Rows of two texts as lines of a terminal: in two columns where it is wide enough, else all of the one (A) before
 * all of the other (B). Long lines are wrapped; nothing is cut off.
 *
 * @param columns of the terminal
 */
export function besideLines(rows: readonly Sides[], columns: number): readonly string[] {
  if (columns < enough) {
    return (["a", "b"] as const).flatMap((side) =>
      rows.flatMap((row) => wrapped(row[side], columns - 4).map((line) => `${side.toUpperCase()} | ${line}`.trimEnd())),
    );
  }
  const width = Math.floor((columns - between.length) / 2);
  return [{ a: ["A"], b: ["B"] }, ...rows].flatMap(({ a, b }) => {
    const [left, right] = [wrapped(a, width), wrapped(b, width)];
    return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
      `${(left[i] ?? "").padEnd(width)}${between}${right[i] ?? ""}`.trimEnd(),
    );
  });
}

function wrapped(lines: readonly string[], width: number): readonly string[] {
  return lines.flatMap((line) => wrapAnsi(plain(line), width, { hard: true, trim: false }).split("\n"));
}
