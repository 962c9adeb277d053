import { readFileSync } from "node:fs";
import { join } from "node:path";
import { versions } from "../../components/lib/versions";
import type { Artifact } from "../artifact";
import { repository } from "../repository";
import { run } from "../run";
import { ownSources } from "./sources";

/** What nobody reads in a container; copyright files stay. */
const leftOut = ["/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/doc/*"];
const kept = ["/usr/share/doc/*/copyright"];

/** Written into every root: package, version, architecture. */
const recorded = `chroot "$1" dpkg-query -W -f '\${Package}\\t\${Version}\\t\${Architecture}\\n'`;

/** A Debian root file system, `rootfs.tar`, of the packages that toolchain/debian/`name`.packages lists. */
export function rootfsArtifact(name: "base" | "node"): Artifact {
  const list = join("toolchain", "debian", `${name}.packages`);
  const suite = versions.debian;
  return {
    name: `rootfs-${name}`,
    title: `Debian ${suite}, packages of ${name}`,
    values: { suite, leftOut, kept, recorded },
    files: [list],
    needs: [],
    load: "io",
    build: async ({ out, say }) => {
      const sources = ownSources(suite);
      await run(
        [
          "mmdebstrap",
          "--mode=root",
          "--format=tar",
          "--variant=minbase",
          "--architectures=amd64",
          `--include=${readPackages(list).join(",")}`,
          ...leftOut.map((glob) => `--dpkgopt=path-exclude=${glob}`),
          ...kept.map((glob) => `--dpkgopt=path-include=${glob}`),
          // A killed build leaves nothing that could be half-written.
          "--dpkgopt=force-unsafe-io",
          '--aptopt=APT::Install-Recommends "false"',
          `--customize-hook=mkdir -p "$1/usr/share/cni-lab"; ${recorded} > "$1/usr/share/cni-lab/packages.tsv"`,
          suite,
          join(out, "rootfs.tar"),
          ...(sources === undefined ? [] : ["-"]),
        ],
        { say, ...(sources === undefined ? {} : { input: sources }) },
      );
    },
  };
}

/** Names in a package list: one a line, `#` starts a comment. */
export function readPackages(path: string): string[] {
  return readFileSync(join(repository, path), "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}
