import { execa } from "execa";
import { expect, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell, type NodeCommandArgs, SshShell } from "../../components/cluster/node-shell";
import { only, record } from "./mocks";

/** The command line and environment with which a node's script is created. */
async function created(args: NodeCommandArgs) {
  const resources = await record(() => {
    new ContainerShell(podman, "c").command("it", args);
  });
  const { create, environment } = only(resources, "it").inputs;
  return { create: create as string, environment: environment as Record<string, string> };
}

/** Runs what stands behind the engine's words on this machine, and says on standard error how its writer ended. */
async function run(args: NodeCommandArgs, engine: string) {
  const { create, environment } = await created(args);
  expect(create.startsWith(`${engine} `)).toBe(true);
  const script = `{ head -c 1000000 /dev/zero; echo "$?" >&3; } 3>&2 | ${create.slice(engine.length)}`;
  return execa("sh", ["-c", script], { env: environment, reject: false });
}

test("a script has no standard input where none is given", async () => {
  const { create } = await created({ create: { text: "cat", args: ["a b"] } });
  expect(create).toBe(`podman exec c sh -euc "$CREATE" sh 'a b'`);
});

test.each([
  ["exit 3", 3, ""],
  ["false; echo not reached", 1, ""],
  ['echo "$@"', 0, "a b"],
  ["wc -c", 0, "1000000"],
])("%j has its exit code and its output, and all of its standard input is read", async (text, exitCode, stdout) => {
  const args = { create: { text, args: ["a b"] }, stdin: "x" };
  const ran = await run(args, "podman exec --interactive c");
  expect([ran.exitCode, ran.stdout.trim(), ran.stderr]).toEqual([exitCode, stdout, "0"]);
});

test("a machine reached by ssh must have the host key that is given, which anyone can be asked to have", async () => {
  const key = "ssh-ed25519 AAAAC3Nz";
  const resources = await record(() => {
    new SshShell({ host: "h", hostKey: key }).command("known", { create: { text: ":" } });
    new SshShell({ host: "h", hostKey: "any" }).command("any", { create: { text: ":" } });
  });
  expect(only(resources, "known").inputs.connection.value).toMatchObject({ hostKey: key });
  expect(only(resources, "any").inputs.connection.value).not.toHaveProperty("hostKey");
});

test("without a host key nothing is sent anywhere", () => {
  // @ts-expect-error a program in JavaScript may leave it out
  expect(() => new SshShell({ host: "h" })).toThrow(/^hostKey: must be the machine's public key/);
  // @ts-expect-error the machine in between as well
  expect(() => new SshShell({ host: "h", hostKey: "k", proxy: { host: "p", password: "word" } })).toThrow(
    /^proxy\.hostKey: must be the machine's public key/,
  );
});

test("a machine in between has a key of its own", async () => {
  const resources = await record(() => {
    const proxy = { host: "p", hostKey: "ssh-ed25519 BBBB" };
    new SshShell({ host: "h", hostKey: "ssh-ed25519 AAAA", proxy }).command("both", { create: { text: ":" } });
    const any = { host: "p", hostKey: "any" };
    new SshShell({ host: "h", hostKey: "ssh-ed25519 AAAA", proxy: any }).command("one", { create: { text: ":" } });
  });
  expect(only(resources, "both").inputs.connection.value.proxy).toMatchObject({
    host: "p",
    hostKey: "ssh-ed25519 BBBB",
  });
  expect(only(resources, "one").inputs.connection.value.proxy).not.toHaveProperty("hostKey");
});
