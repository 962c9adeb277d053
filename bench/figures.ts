/** One line of a report: what was measured, beside what it is measured against. */
export interface Figure {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  /** The same by hand, or the least that there can be. */
  readonly floor: string;
  readonly result: string;
}

export const header = ["figure", "goal", "measured", "floor", "result"];

/** A figure as the cells of a row. */
export function cells({ what, goal, measured, floor, result }: Figure): readonly string[] {
  return [what, goal, measured, floor, result];
}

/** Figures as a table of a page. */
export function markdown(figures: readonly Figure[]): string {
  const line = (words: readonly string[]) => `| ${words.join(" | ")} |\n`;
  return [header, header.map(() => "---"), ...figures.map(cells)].map(line).join("");
}
