import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Maven's own registry, which it calls `central`. */
export const central = "https://repo.maven.apache.org/maven2";

/** Where jars come from: the mirror that this machine's settings of Maven name, the user's first, else `central`. */
export function registry(files = [join(homedir(), ".m2", "settings.xml"), "/etc/maven/settings.xml"]): string {
  const mirrors = files.map((file) => (existsSync(file) ? mirrorIn(readFileSync(file, "utf8")) : undefined));
  return mirrors.find((mirror) => mirror !== undefined) ?? central;
}

/** The address of the first mirror of `central` in Maven's settings, without a slash at its end. */
function mirrorIn(settings: string): string | undefined {
  const mirrors = settings.replaceAll(/<!--[\s\S]*?-->/g, "").matchAll(/<mirror>[\s\S]*?<\/mirror>/g);
  const [mirror] = [...mirrors].filter(([text]) => standsForCentral(textIn(text, "mirrorOf").split(",")));
  return mirror && textIn(mirror[0], "url").replace(/\/+$/, "");
}

function standsForCentral(mirrorOf: readonly string[]): boolean {
  const names = mirrorOf.map((name) => name.trim());
  return !names.includes("!central") && ["central", "*", "external:*"].some((name) => names.includes(name));
}

function textIn(xml: string, element: string): string {
  return new RegExp(`<${element}>\\s*([^<]*?)\\s*</${element}>`).exec(xml)?.[1] ?? "";
}
