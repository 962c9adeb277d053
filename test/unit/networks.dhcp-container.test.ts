import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { wakeSide } from "../../components/cluster/side-container";
import { configureScript, keepRunning } from "../../components/networks/dhcp-container";

let folder: string;
let ended: Promise<unknown> = Promise.resolve();
let stop = () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-dhcp-"));
  program("ip", `echo "$*" >>${folder}/ip`);
  // A dnsmasq that refuses what says so, and else writes its pid, its configuration, and waits.
  program(
    "dnsmasq",
    `conf=$(echo "$*" | sed 's/.*--conf-file=\\([^ ]*\\).*/\\1/')
if grep -q wrong "$conf"; then echo "bad option at line 1" >&2; exit 1; fi
case $* in *--test*) exit 0 ;; esac
cat "$conf" >>${folder}/served
echo $$ >${folder}/dnsmasq.pid
exec sleep 60`,
  );
});
afterEach(async () => {
  stop();
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a program on the PATH of the scripts. */
function program(name: string, text: string): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, "bin", name), 0o755);
}

const env = () => ({ PATH: `${join(folder, "bin")}:${process.env.PATH}` });

/** A script of the container, with its files in the test's folder. */
const here = (text: string) => text.replaceAll("/etc/", `${folder}/`).replaceAll("/run/", `${folder}/`);

function start(): Promise<number | null> {
  const child = spawn("sh", ["-euc", here(keepRunning), "sh", "192.168.0.1/24"], { env: env(), stdio: "ignore" });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  ended = exit;
  stop = () => child.kill("SIGTERM");
  return exit;
}

function configure(conf: string) {
  const { text, args = [] } = configureScript(podman, "cni-lab-s-dhcp");
  const ran = spawnSync("sh", ["-euc", here(text), "sh", ...args], { env: env(), input: conf, encoding: "utf8" });
  return { status: ran.status, stderr: ran.stderr };
}

/** Whether a process runs: one that ended may stay in the table until somebody asks for it. */
function runs(pid: number): boolean {
  const status = `/proc/${pid}/status`;
  return existsSync(status) && !readFileSync(status, "utf8").includes("State:\tZ");
}

const served = () => readFileSync(join(folder, "served"), "utf8");

test("dnsmasq comes with its configuration, and comes again with another; SIGTERM ends both", async () => {
  const exit = start();
  expect(configure("first\n")).toEqual({ status: 0, stderr: "" });
  expect(served()).toBe("first\n");
  const pid = Number(readFileSync(join(folder, "dnsmasq.pid"), "utf8"));
  expect(configure("second\n")).toEqual({ status: 0, stderr: "" });
  expect(served()).toBe("first\nsecond\n");
  expect(() => process.kill(pid, 0)).toThrow();
  expect(readFileSync(join(folder, "ip"), "utf8")).toBe("address replace 192.168.0.1/24 dev eth1\n");
  const last = Number(readFileSync(join(folder, "dnsmasq.pid"), "utf8"));
  stop();
  expect(await exit).toBe(0);
  await expect.poll(() => runs(last)).toBe(false);
});

test("a configuration that dnsmasq refuses is an error with its words, and the old one stays", () => {
  start();
  configure("first\n");
  expect(configure("wrong\n")).toEqual({ status: 1, stderr: "bad option at line 1\n" });
  expect(served()).toBe("first\n");
});

test.each([
  [true, ["container"]],
  [false, ["container", "start"]],
])("a server that runs (%s) is asked and, if need be, started: %j", (running, calls) => {
  program("podman", `echo "$1" >>${folder}/calls; [ "$1" = start ] || echo ${running}`);
  expect(spawnSync("sh", ["-c", wakeSide(podman, "c")], { env: env() }).status).toBe(0);
  expect(readFileSync(join(folder, "calls"), "utf8").trim().split("\n")).toEqual(calls);
});
