import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Progress, silentProgress } from "../../lib/progress";
import { quoteWord } from "../../lib/shell";
import { UserError } from "../../lib/user-error";
import { linkUnits } from "../../toolchain/node/units";
import { CommandError } from "../../toolchain/run";
import { diskFor, placeOf, requireDisk } from "../../toolchain/system/disk";
import { ensureBuildPackages, ensureSystem, type Machine } from "../../toolchain/system/ensure";
import { leaveBridgesAlone, missingKernelModules } from "../../toolchain/system/kernel";
import { lackOf } from "../../toolchain/system/missing";
import { missingBuildPackages, missingPackages, missingTestPackages } from "../../toolchain/system/packages";

/** A machine that lacks nothing and records what is run on it. */
function machine(changes: Partial<Machine> = {}): Machine & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    isRoot: true,
    hasApt: true,
    missingPackages: () => [],
    missingModules: async () => [],
    run: async (argv) => ran.push(argv.join(" ")),
    ...changes,
  };
}
const lackingPodman = { missingPackages: () => ["podman", "runc"] };
const problemOf = (running: Promise<void>) =>
  running.then(
    () => undefined,
    (error: unknown) => (error instanceof UserError ? error.problems : error),
  );

test("a machine that lacks nothing is left alone", async () => {
  const complete = machine();
  await ensureSystem(silentProgress, complete);
  expect(complete.ran).toEqual([]);
});

test("root on Debian installs what lacks, after saying which", async () => {
  const bare = machine(lackingPodman);
  const steps: string[] = [];
  const step: Progress["step"] = (title, work) => {
    steps.push(title);
    return work(() => {});
  };
  await ensureSystem({ step }, bare);
  expect(steps).toEqual(["installing podman runc"]);
  expect(bare.ran).toEqual(["apt-get update", "apt-get install --yes --no-install-recommends podman runc"]);
});

test("a source that cannot be read does not stop the installation", async () => {
  const ran: string[] = [];
  const run: Machine["run"] = async (argv) => {
    ran.push(argv.slice(0, 2).join(" "));
    if (argv[1] === "update") {
      throw new CommandError(argv, 100, "one source is broken");
    }
  };
  await ensureSystem(silentProgress, machine({ ...lackingPodman, run }));
  expect(ran).toEqual(["apt-get update", "apt-get install"]);
});

const command = "apt-get update && apt-get install --yes --no-install-recommends podman runc";

test("without root nothing is possible, and it is told even when nothing else lacks", async () => {
  expect(await problemOf(ensureSystem(silentProgress, machine({ isRoot: false })))).toEqual([
    { field: "this machine", rule: "lacks root", fix: "run the same command as root, for example with sudo" },
  ]);
});

test("without root the exact command is told and nothing is run", async () => {
  const user = machine({ ...lackingPodman, isRoot: false });
  expect(await problemOf(ensureSystem(silentProgress, user))).toEqual([
    { field: "this machine", rule: "lacks root", fix: "run the same command as root, for example with sudo" },
    { field: "this machine", rule: "lacks packages podman, runc", fix: command },
  ]);
  expect(user.ran).toEqual([]);
});

test("without apt the packages are named", async () => {
  const other = machine({ ...lackingPodman, hasApt: false });
  expect(await problemOf(ensureSystem(silentProgress, other))).toEqual([
    {
      field: "this machine",
      rule: "lacks packages podman, runc",
      fix: "install them (the names are Debian's) with this system's package manager",
    },
  ]);
  expect(other.ran).toEqual([]);
});

test("a failed installation shows what apt said", async () => {
  const run: Machine["run"] = async (argv) => {
    throw new CommandError(argv, 100, "E: no space left");
  };
  expect(await problemOf(ensureSystem(silentProgress, machine({ ...lackingPodman, run })))).toEqual([
    {
      field: "this machine",
      rule: "lacks packages podman, runc, and installing them failed: E: no space left",
      fix: command,
    },
  ]);
});

test("kernel modules that cannot be loaded are named", async () => {
  const lacks = machine({ missingModules: async () => ["vxlan", "macvlan"] });
  expect(await problemOf(ensureSystem(silentProgress, lacks))).toEqual([
    {
      field: "this machine",
      rule: "lacks kernel modules vxlan, macvlan",
      fix: "modprobe -a vxlan macvlan; where that fails, boot a kernel that has them",
    },
  ]);
});

test("a kernel feature that is there is not loaded, one that cannot be is missing", async () => {
  const features = [
    { module: "there", isThere: () => true },
    { module: "cni-lab-no-such-module", isThere: () => false },
  ];
  expect(await missingKernelModules("load", features)).toEqual(["cni-lab-no-such-module"]);
  expect(await missingKernelModules("look", features)).toEqual(["cni-lab-no-such-module"]);
});

/** Runs `work` where `modprobe` writes its arguments into a file and succeeds. */
async function withModprobe(work: (loaded: () => string[]) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cni-lab-modprobe-"));
  const log = join(folder, "log");
  writeFileSync(log, "");
  writeFileSync(join(folder, "modprobe"), `#!/bin/sh\nprintf '%s\\n' "$*" >>${quoteWord(log)}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  try {
    await work(() => readFileSync(log, "utf8").split("\n").filter(Boolean));
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
}

test("looking at the kernel loads nothing and tries nothing that would; loading quiets what it brought", async () => {
  let tried = 0;
  let quieted = 0;
  const feature = () => {
    let asked = 0;
    return { module: "some", isThere: () => tried++ >= 0 && asked++ > 0, afterLoad: () => quieted++ };
  };
  await withModprobe(async (loaded) => {
    expect(await missingKernelModules("look", [feature()])).toEqual([]);
    expect({ loaded: loaded(), tried, quieted }).toEqual({ loaded: ["--dry-run some"], tried: 0, quieted: 0 });
  });
  await withModprobe(async (loaded) => {
    expect(await missingKernelModules("load", [feature()])).toEqual([]);
    expect({ loaded: loaded(), tried, quieted }).toEqual({ loaded: ["some"], tried: 2, quieted: 1 });
  });
});

test("bridges of this machine stay as they were without br_netfilter", () => {
  const folder = mkdtempSync(join(tmpdir(), "cni-lab-bridge-"));
  const files = ["arptables", "ip6tables", "iptables"].map((family) => join(folder, `bridge-nf-call-${family}`));
  for (const file of files) writeFileSync(file, "1\n");
  leaveBridgesAlone(folder);
  expect(files.map((file) => readFileSync(file, "utf8"))).toEqual(["0\n", "0\n", "0\n"]);
  rmSync(folder, { recursive: true });
});

test("a node starts nothing that sets values of the machine's kernel", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cni-lab-units-"));
  await linkUnits(folder);
  for (const unit of ["systemd-sysctl.service", "systemd-modules-load.service", "systemd-binfmt.service"]) {
    expect(readlinkSync(join(folder, "etc", "systemd", "system", unit))).toBe("/dev/null");
  }
  rmSync(folder, { recursive: true });
});

test("only packages whose files lack are missing", () => {
  expect(missingPackages("podman", (shows) => shows !== "runc")).toEqual(["runc"]);
  expect(missingPackages("docker", () => false)).not.toContain("podman");
  expect(missingBuildPackages(["gcc", "curl", "gcc"], () => false)).toEqual(["gcc", "curl"]);
  expect(missingBuildPackages(["gcc", "curl"], (shows) => shows === "gcc")).toEqual(["curl"]);
  expect(lackOf(["podman", "runc"], true).fix).toBe(command);
});

test("what builds is not asked of a machine on which all is built", () => {
  const toRun = missingPackages("podman", () => false);
  expect(toRun).toContain("podman");
  for (const builder of ["gcc", "mmdebstrap", "openjdk-17-jdk-headless", "curl"]) expect(toRun).not.toContain(builder);
});

test("builds that take nothing need no root, nor packages", async () => {
  await ensureBuildPackages(silentProgress, [], machine({ isRoot: false }));
});

test("tests want a browser, whichever it is", () => {
  expect(missingTestPackages(() => false)).toEqual(["chromium"]);
  expect(missingTestPackages((shows) => shows === "google-chrome")).toEqual([]);
});

const building = (...names: readonly string[]) =>
  names.map(
    (name) => ({ name, title: "", values: {}, files: [], needs: [], load: "io", build: async () => {} }) as const,
  );
const place = (path: string, device: number, freeMiB: number) => ({ path, device, freeMiB });

test("disk is summed in the cache, and the largest step counts in the engine", () => {
  expect(diskFor(building("etcd", "go", "unknown"))).toEqual({ cache: 1250, engine: 0 });
  expect(diskFor(building("workload-images", "node-image"))).toEqual({ cache: 1600, engine: 4600 });
  expect(diskFor([])).toEqual({ cache: 0, engine: 0 });
});

test("a build that one disk for both cannot hold is refused with both numbers", async () => {
  const at = (free: number) => ({ cache: place("/c", 1, free), engine: place("/e", 1, free) });
  requireDisk(building("node-image"), at(4700));
  expect(await problemOf((async () => requireDisk(building("node-image"), at(4699)))())).toEqual([
    {
      field: "disk of /c",
      value: "4.6 GiB free",
      rule: "building node-image takes 4.6 GiB",
      fix: "make room there, or set XDG_CACHE_HOME to a folder on a larger disk",
    },
  ]);
});

test("two disks are told apart", async () => {
  const places = { cache: place("/c", 1, 99), engine: place("/e", 2, 4599) };
  const problems = await problemOf((async () => requireDisk(building("node-image"), places))());
  expect(problems).toMatchObject([{ field: "disk of /c" }, { field: "disk of /e" }]);
  requireDisk(building("node-image"), { cache: place("/c", 1, 100), engine: place("/e", 2, 4600) });
});

test("a folder that is not there yet has the disk of the one above", async () => {
  const here = await placeOf("/tmp");
  expect(await placeOf("/tmp/cni-lab-none/deeper")).toMatchObject({ device: here.device });
  expect(here.freeMiB).toBeGreaterThan(0);
});
