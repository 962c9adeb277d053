import { readFileSync } from "node:fs";
import { join } from "node:path";
import { versions } from "../../lib/versions";
import type { Artifact } from "../artifact";
import { repository } from "../repository";
import { run } from "../run";
import type { Root, RootUser } from "./roots";
import { ownSources, sourcesOf } from "./sources";

/** What nobody reads in a container; copyright files stay. */
const always = ["/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/doc/*"];
const kept = ["/usr/share/doc/*/copyright"];

/** Written into every root: package, version, architecture. */
const recorded = `chroot "$1" dpkg-query -W -f '\${Package}\\t\${Version}\\t\${Architecture}\\n'`;

const recordPackages = `mkdir -p "$1/usr/share/cni-lab"; ${recorded} > "$1/usr/share/cni-lab/packages.tsv"`;

/** A Debian root file system, `rootfs.tar`. */
export function rootfsArtifact({
  name,
  suite = versions.debian,
  variant,
  leftOut: own = [],
  folders = [],
  users = [],
  removed = [],
}: Root): Artifact {
  const leftOut = [...always, ...own];
  const list = join("toolchain", "debian", `${name}.packages`);
  const first = [...folders.map((folder) => `mkdir -p "$1${folder}"`), ...users.map(addUser)];
  const last = removed.map((path) => `rm -rf "$1${path}"`);
  return {
    name: `rootfs-${name}`,
    title: `Debian ${suite}, packages of ${name}`,
    // Absent where there is nothing of it: the digests of the other roots must not hang on it.
    values: {
      suite,
      leftOut,
      kept,
      ...(variant === undefined ? { recorded } : { variant }),
      ...(first.length === 0 ? {} : { first }),
      ...(last.length === 0 ? {} : { last }),
    },
    files: [list],
    needs: [],
    packages: ["mmdebstrap", "debian-archive-keyring"],
    load: "io",
    build: async ({ out, say }) => {
      const sources = suite === versions.debian ? ownSources(suite) : sourcesOf(suite);
      await run(
        [
          "mmdebstrap",
          "--mode=root",
          "--format=tar",
          `--variant=${variant ?? "minbase"}`,
          "--architectures=amd64",
          `--include=${readPackages(list).join(",")}`,
          ...leftOut.map((glob) => `--dpkgopt=path-exclude=${glob}`),
          ...kept.map((glob) => `--dpkgopt=path-include=${glob}`),
          // A killed build leaves nothing that could be half-written.
          "--dpkgopt=force-unsafe-io",
          '--aptopt=APT::Install-Recommends "false"',
          ...first.map((command) => `--essential-hook=${command}`),
          ...(variant === undefined ? [`--customize-hook=${recordPackages}`] : []),
          ...last.map((command) => `--customize-hook=${command}`),
          suite,
          join(out, "rootfs.tar"),
          ...(sources === undefined ? [] : ["-"]),
        ],
        { say, ...(sources === undefined ? {} : { input: sources }) },
      );
    },
  };
}

/** By hand, as the programs that add users are not there yet. */
function addUser({ name, id, home }: RootUser): string {
  return [
    `echo '${name}:x:${id}:${id}::${home}:/bin/sh' >> "$1/etc/passwd"`,
    `echo '${name}:x:${id}:' >> "$1/etc/group"`,
    `install -d -o ${id} -g ${id} "$1${home}"`,
  ].join("; ");
}

/** Names in a package list: one a line, `#` starts a comment. */
export function readPackages(path: string): string[] {
  return readFileSync(join(repository, path), "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}
