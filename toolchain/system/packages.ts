import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { GoChoice } from "../go/choice";
import { javaHome } from "../java/compile";

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

/** Packages of every machine. */
const always: readonly SystemPackage[] = [
  { name: "iptables", shows: "iptables" },
  { name: "iproute2", shows: "ip" },
  { name: "kmod", shows: "modprobe" },
  { name: "curl", shows: "curl" },
  { name: "mmdebstrap", shows: "mmdebstrap" },
  { name: "debian-archive-keyring", shows: "/usr/share/keyrings/debian-archive-keyring.gpg" },
  { name: "ca-certificates", shows: "/etc/ssl/certs/ca-certificates.crt" },
  // flanneld's udp backend is C.
  { name: "gcc", shows: "gcc" },
  { name: "libc6-dev", shows: "/usr/include/stdlib.h" },
  // Weave's router captures packets.
  { name: "libpcap-dev", shows: "/usr/include/pcap/pcap.h" },
  // The stand-in for Confluence is Java.
  { name: "openjdk-17-jdk-headless", shows: join(javaHome, "bin", "javac") },
];

/** Packages by which Go comes where the machine has none that is new enough. */
const forGo: readonly SystemPackage[] = [
  { name: "python3", shows: "python3" },
  { name: "python3-pip", shows: "/usr/lib/python3/dist-packages/pip/__init__.py" },
];

/** Programs that are a browser to the tests; the first is that of Debian's package, the others come from elsewhere. */
const browsers = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"] as const;

/** Names of the packages that tests need, and `up` does not, and that this machine lacks. */
export function missingTestPackages(isThere: (shows: string) => boolean = isInstalled): string[] {
  return browsers.some(isThere) ? [] : [browsers[0]];
}

/** The browser of the tests; undefined where there is none. */
export function browserPath(): string | undefined {
  return browsers.flatMap((program) => pathsOf(program).slice(0, 1))[0];
}

/** Names of the packages that this machine lacks, with this engine. */
export function missingPackages(
  go: GoChoice,
  engine: string,
  isThere: (shows: string) => boolean = isInstalled,
): string[] {
  const wanted = [...(ofEngine[engine] ?? []), ...always, ...(go.from === "pypi" ? forGo : [])];
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
