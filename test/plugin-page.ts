import { readFileSync } from "node:fs";
import path from "node:path";

/** The page of the lab's own plugins: what they refuse, and what differs from the official ones. */
export const pluginPage = readFileSync(path.join(__dirname, "../toolchain/plugins/README.md"), "utf8");

/** The first cells of the table under a title. */
function firstCells(title: string): readonly string[] {
  const section = pluginPage.split("\n## ").find((part) => part.startsWith(title)) ?? "";
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.map((line) => line.split(" | ")[0]?.slice(2) ?? "");
}

/** What differs, row by row. */
export const differences = firstCells("What differs");

/** Everything that is named as refused. */
export const refused = firstCells("Refused").flatMap((cell) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
);

/** The name of a test that shows a row of what differs, word by word: so none stands there that no test shows. */
export function row(what: string): string {
  if (!differences.includes(what)) throw new Error(`the page of the plugins has no row ${JSON.stringify(what)}`);
  return what;
}
