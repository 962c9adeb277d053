import { stripVTControlCharacters } from "node:util";

/**
 * A line as a terminal may be given it, whoever wrote it: what pods and nodes print may hold sequences that clear the
 * screen, write over other lines or set the title. Tabs become spaces, other control characters U+FFFD.
 */
export function plain(line: string): string {
  return stripVTControlCharacters(line)
    .replaceAll("\t", "    ")
    .replace(/\p{Cc}/gu, "\u{FFFD}");
}
