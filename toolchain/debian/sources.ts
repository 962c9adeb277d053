import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The machine's own package sources for a Debian suite, in the one-paragraph-each form of `*.sources`;
 * undefined when it has none, as on Ubuntu: mmdebstrap then asks Debian's default mirror.
 */
export function ownSources(suite: string, apt = "/etc/apt"): string | undefined {
  const folder = join(apt, "sources.list.d");
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const read = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const paragraphs = names
    .filter((name) => name.endsWith(".sources"))
    .flatMap((name) => read(join(folder, name)).split(/\n\s*\n/))
    .filter((paragraph) => isOfSuite(field(paragraph, "Suites"), suite) && field(paragraph, "Enabled") !== "no");
  const lines = [
    join(apt, "sources.list"),
    ...names.filter((name) => name.endsWith(".list")).map((name) => join(folder, name)),
  ]
    .flatMap((path) => read(path).split("\n"))
    .map(
      (line) =>
        /^deb\s+(?:\[(?<options>[^\]]*)\]\s+)?(?<uri>\S+)\s+(?<suite>\S+)\s+(?<components>.+)$/.exec(line)?.groups,
    )
    .filter((groups) => groups !== undefined)
    .filter((groups) => isOfSuite(groups.suite, suite) && groups.components?.split(/\s+/).includes("main"))
    .map(({ uri, suite: found, components, options }) =>
      ["Types: deb", `URIs: ${uri}`, `Suites: ${found}`, `Components: ${components}`, ...signature(options)].join("\n"),
    );
  // Without the release itself (updates and security alone) nothing can be installed.
  const all = [...paragraphs, ...lines].map((paragraph) => paragraph.trim());
  const complete = all.some((paragraph) => field(paragraph, "Suites")?.split(/\s+/).includes(suite));
  return complete ? `${all.join("\n\n")}\n` : undefined;
}

function field(paragraph: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(paragraph)?.[1]?.trim();
}

/** Exactly the suite, its updates and its security updates: other vendors' suites only contain its name. */
function isOfSuite(suites: string | undefined, suite: string): boolean {
  const allowed = [suite, `${suite}-updates`, `${suite}-security`, `${suite}/updates`];
  const found = suites?.split(/\s+/) ?? [];
  return found.length > 0 && found.every((name) => allowed.includes(name));
}

function signature(options: string | undefined): string[] {
  const key = /signed-by=(\S+)/.exec(options ?? "")?.[1];
  return key === undefined ? [] : [`Signed-By: ${key}`];
}

/**
 * Where the packages of any Debian suite are fetched from: the machine's own sources of it, else those of the machine's own
 * suite with this one's name, as mirrors have both, else Debian's.
 */
export function sourcesOf(suite: string, apt = "/etc/apt", release = osRelease): string {
  const here = debianSuite(release);
  const ofMachine = here === undefined ? undefined : ownSources(here, apt)?.replaceAll(here, suite);
  const ofDebian = ["Types: deb", "URIs: http://deb.debian.org/debian", `Suites: ${suite}`, "Components: main"];
  return ownSources(suite, apt) ?? ofMachine ?? `${ofDebian.join("\n")}\n`;
}

const osRelease = "/etc/os-release";

/** The suite that this machine runs; undefined where it is no Debian. */
export function debianSuite(file = osRelease): string | undefined {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const [id, suite] = ["ID", "VERSION_CODENAME"].map((name) => new RegExp(`^${name}="?([^"\n]+)`, "m").exec(text)?.[1]);
  return id === "debian" ? suite : undefined;
}
