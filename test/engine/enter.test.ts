import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runVariable, testLabel } from "../../cli/test/run";
import { podman as engine } from "../../components/cluster/engine/podman";
import { limits } from "../../components/cluster/engine/same-words";
import { type Enter, entering } from "../../driver/stack/enter";
import { locateToolchain } from "../../toolchain";

/** Containers as the nodes are, but for systemd; a second one is as the DHCP server is. */
const [name, weak] = [`cni-lab-test-enter-${process.pid}`, `cni-lab-test-enter-weak-${process.pid}`];
const label = `${testLabel}=${process.env[runVariable] ?? "enter"}`;
const { nodeImage } = locateToolchain();
const podman = async (...argv: string[]) => (await execa("podman", ["--runtime", "runc", ...argv])).stdout;
const run = (container: string, ...options: string[]) =>
  podman(
    ...["run", "--detach", "--name", container, "--label", label, "--hostname", "n1", "--network=none"],
    ...[
      "--systemd=false",
      "--cgroupns=private",
      ...limits,
      "--env=of_the_node=one two",
      "--tmpfs=/run",
      "--tmpfs=/tmp",
    ],
    ...[...options, nodeImage, "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
  );
const options = { timeoutMs: 20_000 };
/** By podman, as the checks do it where a container can't be entered. */
const byPodman = (...argv: string[]) => execa("podman", ["exec", name, "timeout", "20", ...argv], { reject: false });

let enter: Enter;
beforeAll(async () => {
  await Promise.all([run(name, "--privileged"), run(weak)]);
  enter = entering(engine, [name, weak]);
});
afterAll(() => podman("rm", "--force", "--time=0", name, weak));

const inside = (...argv: string[]) => enter(name, ["timeout", "--kill-after=2", "20", ...argv], options);
/** How many processes have the word among theirs, on this machine, those in its containers included. */
async function running(word: string): Promise<number> {
  return (await execa("pgrep", ["--full", "--count", word], { reject: false })).stdout === "0" ? 0 : 1;
}

test("what runs there sees what podman would show it", async () => {
  const scene = [
    "env | grep -v ^_=",
    "pwd; umask; id; hostname; cat /proc/1/cmdline",
    "for each in mnt uts ipc net pid cgroup user; do readlink /proc/self/ns/$each; done",
    "grep -E '^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups|SigIgn|SigBlk)' /proc/self/status",
    "(: >/dev/tty) 2>&1; cat",
  ].join("\n");
  const entered = await inside("sh", "-c", scene);
  const { stdout, exitCode } = await byPodman("sh", "-c", scene);
  expect(entered).toMatchObject({ stdout: `${stdout}\n`, exitCode, stderr: "" });
  expect(stdout).toContain("of_the_node=one two");
});

test.each([["exit 3"], ["kill -9 $$"], ["kill -TERM $$"], ["echo out; echo err >&2; exit 255"]])(
  "`%s` ends as by podman",
  async (script) => {
    const { exitCode, stdout, stderr } = await byPodman("sh", "-c", script);
    const ended = await inside("sh", "-c", script);
    expect({ ...ended, stdout: ended?.stdout.trim(), stderr: ended?.stderr.trim() }).toMatchObject({
      exitCode,
      stdout,
      stderr,
    });
  },
);

test.each([["no-such-program"], ["/etc/hosts"]])("%s, which can't be run, ends as by podman", async (program) => {
  expect((await inside(program))?.exitCode).toBe((await byPodman(program)).exitCode);
});

test("a time limit ends what does not end by itself", async () => {
  const started = performance.now();
  const stubborn = ["sh", "-c", "echo begun; trap '' TERM; while :; do sleep 0.1; done"];
  const ended = await enter(name, ["timeout", "--kill-after=1", "0.5", ...stubborn], { timeoutMs: 500 });
  expect(ended).toMatchObject({ exitCode: 124, stdout: "begun\n" });
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("what is left behind with the output open is not waited for", async () => {
  const started = performance.now();
  expect(await inside("sh", "-c", "setsid sleep 15.125 & echo done")).toMatchObject({ exitCode: 0, stdout: "done\n" });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("an abort ends the command in the container, and what it started", async () => {
  const abort = new AbortController();
  const word = `19.${process.pid}`;
  const argv = ["timeout", "--kill-after=1", "20", "sh", "-c", `trap '' TERM; sleep ${word}; sleep ${word}`];
  const ended = enter(name, argv, { ...options, signal: abort.signal });
  const rejected = expect(ended).rejects.toThrow("enough");
  await vi.waitFor(async () => expect(await running(`sleep ${word}`)).toBe(1), 10_000);
  abort.abort(new Error("enough"));
  await rejected;
  expect(await running(`sleep ${word}`)).toBe(0);
});

test("a container with fewer rights than this process is left to podman", async () => {
  expect(await enter(weak, ["true"], options)).toBeUndefined();
  expect(await entering(engine, [weak])(weak, ["true"], options)).toBeUndefined();
});

/** Makes a mark that is gone when the container has been started again. */
const mark = () => inside("touch", "/run/mark");
const isMarked = async () => ({ 0: true, 1: false })[(await inside("test", "-e", "/run/mark"))?.exitCode ?? 9];

test("a stopped container is left to podman; started again it is entered anew", async () => {
  expect([await mark(), await isMarked()]).toMatchObject([{ exitCode: 0 }, true]);
  await podman("stop", "--time=0", name);
  expect(await inside("true")).toBeUndefined();
  expect(await entering(engine, [name])(name, ["true"], options)).toBeUndefined();
  await podman("start", name);
  expect(await isMarked()).toBe(false);
});

test("one that is restarted between two commands is entered anew", async () => {
  expect([await mark(), await isMarked()]).toMatchObject([{ exitCode: 0 }, true]);
  await podman("restart", "--time=0", name);
  expect(await Promise.all([isMarked(), isMarked()])).toEqual([false, false]);
});

test("one that nobody knows is left to podman", async () => {
  expect(
    await entering(engine, ["cni-lab-test-enter-nobody"])("cni-lab-test-enter-nobody", ["true"], options),
  ).toBeUndefined();
});
