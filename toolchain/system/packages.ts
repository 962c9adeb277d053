import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type BuildPackage, buildPackages } from "../build-packages";

/** A Debian package that the lab runs on the machine itself, and the file that shows that it, or another's build, is there. */
export interface SystemPackage {
  readonly name: string;
  /** A program, searched on PATH and in the folders for administrators, or a path. */
  readonly shows: string;
}

/** Packages of the engine that is installed where it lacks; another is its user's own. */
const ofEngine: Readonly<Record<string, readonly SystemPackage[]>> = {
  podman: [
    { name: "podman", shows: "podman" },
    { name: "runc", shows: "runc" },
    { name: "netavark", shows: "/usr/lib/podman/netavark" },
  ],
};

/** Packages that stacks need of every machine. */
const toRun: readonly SystemPackage[] = [
  { name: "iptables", shows: "iptables" },
  { name: "iproute2", shows: "ip" },
  { name: "kmod", shows: "modprobe" },
];

/** Programs that are a browser to the tests; the first is that of Debian's package, the others come from elsewhere. */
const browsers = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"] as const;

/** Names of the packages that tests need, and `up` does not, and that this machine lacks. */
export function missingTestPackages(isThere: IsThere = isInstalled): string[] {
  return browsers.some(isThere) ? [] : [browsers[0]];
}

/** The browser of the tests; undefined where there is none. */
export function browserPath(): string | undefined {
  return browsers.flatMap((program) => pathsOf(program).slice(0, 1))[0];
}

/** Packages that bundles are packed and unpacked with. */
const toBundle: readonly SystemPackage[] = [{ name: "zstd", shows: "zstd" }];

/** Whether a file or a program is on a machine. */
type IsThere = (shows: string) => boolean;

/** Names of the packages that a bundle has for machines that lack them: an engine is among them. */
export function packagesToBundle(): string[] {
  return [...Object.values(ofEngine).flat(), ...toRun, ...toBundle].map(({ name }) => name);
}

/** Names of the packages that stacks need with this engine, and that this machine lacks. */
export function missingPackages(engine: string, isThere: IsThere = isInstalled): string[] {
  return lackingOf([...(ofEngine[engine] ?? []), ...toRun], isThere);
}

/** Of the packages that builds take those that this machine lacks, each once. */
export function missingBuildPackages(taken: readonly BuildPackage[], isThere: IsThere = isInstalled): string[] {
  const wanted = [...new Set(taken)].map((name) => ({ name, shows: buildPackages[name] }));
  return lackingOf(wanted, isThere);
}

/** Names of the packages that bundles need, and that this machine lacks. */
export function missingBundlePackages(isThere: IsThere = isInstalled): string[] {
  return lackingOf(toBundle, isThere);
}

function lackingOf(wanted: readonly SystemPackage[], isThere: IsThere): string[] {
  return wanted.filter(({ shows }) => !isThere(shows)).map(({ name }) => name);
}

/** The command that installs packages. */
export function installCommand(names: readonly string[]): readonly [string, ...string[]] {
  return ["apt-get", "install", "--yes", "--no-install-recommends", ...names];
}

function isInstalled(shows: string): boolean {
  return shows.startsWith("/") ? existsSync(shows) : pathsOf(shows).length > 0;
}

/** Where a program is: its path in each folder that has it. */
function pathsOf(program: string): string[] {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, program)).filter((path) => existsSync(path));
}
