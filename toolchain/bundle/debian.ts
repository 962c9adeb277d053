import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Say } from "../../lib/progress";
import { sourcesOf } from "../debian/sources";
import { run } from "../run";

/** The file of a folder of packages that tells apt what they are. */
const index = "Packages";

/**
 * Fetches Debian packages, and all that they depend on and that not every Debian has, into a folder that apt can install
 * from. What this machine has installed makes no difference.
 *
 * @param scratch an empty folder for apt's own files
 */
export async function fetchPackages(
  suite: string,
  names: readonly string[],
  { folder, scratch, say }: { readonly folder: string; readonly scratch: string; readonly say: Say },
): Promise<void> {
  const apt = await aptOf(scratch, sourcesOf(suite));
  say(`asking for the packages of Debian ${suite}`);
  await run(["apt-get", ...apt, "update"], { say });
  const plan = await run(["apt-get", ...apt, ...quietInstall, "--print-uris", ...names], { say });
  const wanted = plannedPackages(plan);
  const stanzas = await run(["apt-cache", ...apt, "show", ...wanted.map(({ name, version }) => `${name}=${version}`)]);
  const carried = carriedStanzas(stanzas);
  await mkdir(folder, { recursive: true });
  const asked = carried.map(({ name, version }) => `${name}=${version}`);
  await run(["apt-get", ...apt, "download", ...asked], { say, cwd: folder });
  await writeFile(join(folder, index), carried.map(({ text }) => `${text}\n\n`).join(""));
}

/** The commands that install packages out of such a folder, and ask nobody else. @param scratch a folder for apt's own files */
export async function installFrom(
  folder: string,
  names: readonly string[],
  scratch: string,
): Promise<readonly (readonly [string, ...string[]])[]> {
  const source = ["Types: deb", `URIs: file:${folder}`, "Suites: ./", "Trusted: yes"];
  const { lists, sources } = await foldersOf(scratch, `${source.join("\n")}\n`);
  const apt = [...sources, ...lists];
  return [
    ["apt-get", ...apt, "update"],
    ["apt-get", ...apt, ...quietInstall, ...names],
  ];
}

const quietInstall = ["install", "--yes", "--no-install-recommends"];

/** Options by which apt looks at nothing of this machine but its keys: no package is installed for it. */
async function aptOf(scratch: string, text: string): Promise<string[]> {
  const { lists, sources } = await foldersOf(scratch, text);
  await Promise.all(["status", "extended_states"].map((file) => writeFile(join(scratch, file), "")));
  return [
    ...sources,
    ...lists,
    `-oDir::State=${scratch}`,
    `-oDir::State::status=${join(scratch, "status")}`,
    `-oDir::Cache=${join(scratch, "cache")}`,
    "-oAPT::Architecture=amd64",
    "-oAPT::Architectures=amd64",
    "-oAPT::Sandbox::User=root",
  ];
}

/** Lists and sources of a user of apt's own. */
async function foldersOf(scratch: string, text: string) {
  const parts = join(scratch, "sources.list.d");
  const lists = join(scratch, "lists");
  const folders = [parts, join(lists, "partial"), join(scratch, "cache", "archives", "partial")];
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })));
  await writeFile(join(parts, "lab.sources"), text);
  return {
    lists: [`-oDir::State::lists=${lists}`],
    sources: ["-oDir::Etc::sourcelist=/dev/null", `-oDir::Etc::sourceparts=${parts}`],
  };
}

/** A package of one version. */
interface Package {
  readonly name: string;
  readonly version: string;
}

/** The packages in what `apt-get --print-uris` prints: lines of address, file, size and digest. */
export function plannedPackages(plan: string): Package[] {
  return plan
    .split("\n")
    .map((line) => /^'[^']+' (?<name>[^_]+)_(?<version>[^_]+)_[^_]+\.deb \d+/.exec(line)?.groups)
    .filter((groups) => groups !== undefined)
    .map(({ name = "", version = "" }) => ({ name, version: decodeURIComponent(version) }));
}

/** Of the index' stanzas those of packages that a Debian may lack, as an index of the folder they lie in. */
export function carriedStanzas(text: string): (Package & { readonly text: string })[] {
  return text
    .split(/\n\s*\n/)
    .map((stanza) => stanza.trim())
    .filter((stanza) => stanza !== "" && !isOnEveryDebian(stanza))
    .map((stanza) => {
      const version = fieldOf(stanza, "Version");
      const file = basename(fieldOf(stanza, "Filename"));
      return {
        name: fieldOf(stanza, "Package"),
        version,
        text: stanza.replace(/^Filename: .*$/m, `Filename: ./${withEpoch(file, version)}`),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** dpkg, apt and what they stand on: a system without them is no Debian. */
function isOnEveryDebian(stanza: string): boolean {
  return fieldOf(stanza, "Essential") === "yes" || fieldOf(stanza, "Priority") === "required";
}

function fieldOf(stanza: string, field: string): string {
  return new RegExp(`^${field}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
}

/** The name that apt gives a file that it fetches: with the version's epoch, which mirrors leave out. */
function withEpoch(file: string, version: string): string {
  const [name = "", , ...rest] = file.split("_");
  return [name, version.replaceAll(":", "%3a"), ...rest].join("_");
}
