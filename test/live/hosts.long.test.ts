import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runVariable } from "../../cli/test/run";
import { silentProgress } from "../../lib/progress";
import { ensureHostRoot, type HostSuite, locateMachineImage } from "../../toolchain";
import { HostMachine } from "./host-machine";

const folder = mkdtempSync(path.join(process.env[runVariable] ?? tmpdir(), "cni-lab-hosts-"));
const given = path.join(folder, "given");
const repository = path.resolve(__dirname, "../..");
/** Of each check's deadline: where processors are emulated all takes its time. */
const patient = "--deadline-factor 8";
const minutes = 60_000;

/** The Debians that are hosts, with the kernel that each has. */
const hosts: readonly (readonly [HostSuite, string])[] = [
  ["bookworm", "6.1"],
  ["trixie", "6.12"],
];

beforeAll(async () => {
  mkdirSync(given);
  const suites = hosts.flatMap(([suite]) => ["--debian", suite]);
  await execa("./lab", ["bundle", path.join(given, "lab.bundle"), ...suites], { cwd: repository, stdout: "inherit" });
  // What a clone has, without what this checkout has beside it.
  const files = await execa("git", ["ls-files", "-z"], { cwd: repository });
  const words = ["--create", "--file", path.join(given, "checkout.tar"), "--null", "--files-from=-"];
  await execa("tar", words, { cwd: repository, input: files.stdout });
}, 15 * minutes);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(hosts)("on Debian %s, out of a bundle, without a network", (suite, kernel) => {
  let host: HostMachine;

  async function ends(line: string, code = 0): Promise<string> {
    const { exitCode, all } = await host.run(line);
    expect(exitCode, line).toBe(code);
    return all;
  }

  beforeAll(async () => {
    const root = await ensureHostRoot(silentProgress, suite);
    const own = path.join(folder, suite);
    mkdirSync(own);
    host = new HostMachine({ name: `test-host-${suite}`, image: locateMachineImage(), root, given, folder: own });
    await host.make();
    console.log(`Debian ${suite} runs on ${await host.accelerator()}`);
  }, 20 * minutes);

  afterAll(() => host.remove(), 2 * minutes);

  test("the machine is what it should be: its own kernel, systemd, cgroups v2, AppArmor, and no way out", async () => {
    expect(await ends("uname -r")).toMatch(new RegExp(`^${kernel.replace(".", "\\.")}\\.`));
    expect(await ends("stat -fc %T /sys/fs/cgroup")).toBe("cgroup2fs");
    expect(await ends("cat /sys/module/apparmor/parameters/enabled")).toBe("Y");
    expect(await ends("ip route show default")).toBe("");
  });

  test(
    "unbundle brings all that lacks",
    async () => {
      expect(await ends("./lab unbundle ~/lab.bundle")).toContain("This machine has all that the lab needs.");
      expect(await ends("./lab doctor")).toContain("This machine has all that the lab needs.");
    },
    20 * minutes,
  );

  test(
    "up, and the lab is healthy",
    async () => {
      expect(await ends(`./lab up flannel --set nodes=2 ${patient}`)).toContain("flannel is healthy");
    },
    40 * minutes,
  );

  test(
    "its CNI is swapped, and the lab is healthy",
    async () => {
      // Emulated processors are busy enough without the meter: that no request is lost is seen on those that are not.
      await ends(`./lab swap flannel weave --meter-every 10000 ${patient}`);
      await ends(`./lab check flannel ${patient}`);
    },
    40 * minutes,
  );

  test(
    "down leaves nothing",
    async () => {
      await ends("./lab down flannel");
      expect(await ends("podman ps --all --quiet; podman volume ls --quiet; podman network ls --quiet")).toBe("podman");
    },
    10 * minutes,
  );
});
