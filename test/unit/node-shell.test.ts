import { execa } from "execa";
import { expect, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import type { NodeCommandArgs } from "../../components/cluster/shell/node-shell";
import { type SshConnection, SshShell } from "../../components/cluster/shell/ssh-shell";
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

/** What a command over ssh is told, by the variables of its line. */
async function overSsh(connection: SshConnection, args: NodeCommandArgs): Promise<Record<string, string>> {
  const resources = await record(() => {
    new SshShell(connection).command("it", args);
  });
  const { create, environment, stdin } = only(resources, "it").inputs;
  return { create, stdin, ...(environment.value ?? environment) };
}

const nothing = { create: { text: "true" } };

test("a machine reached by ssh must have the host key that is given, which anyone can be asked to have", async () => {
  const known = await overSsh({ host: "h", hostKey: "ssh-ed25519 AAAAC3Nz" }, nothing);
  expect(known.KNOWN_HOSTS).toBe("node ssh-ed25519 AAAAC3Nz\n");
  expect(known.CONFIG).toContain("StrictHostKeyChecking yes");
  const any = await overSsh({ host: "h", hostKey: "any" }, nothing);
  expect(any.KNOWN_HOSTS).toBe("");
  expect(any.CONFIG).toContain("StrictHostKeyChecking no");
});

test("what is wrong with a connection is told before anything is sent, all of it at once", () => {
  // @ts-expect-error a program in JavaScript may leave it out
  expect(() => new SshShell({ host: "h" })).toThrow(/^hostKey: must be the machine's public key/);
  // @ts-expect-error the machine in between as well
  expect(() => new SshShell({ host: "h", hostKey: "k", jump: { host: "p" } })).toThrow(
    /^jump\.hostKey: must be the machine's public key/,
  );
  const wrong = { host: "-oProxyCommand=x", hostKey: "k", port: 0, user: "a b", identityFile: 'a"b' };
  expect(() => new SshShell(wrong)).toThrow(/^host is .*\nport is .*\nuser is .*\nidentityFile is /);
});

test("a machine in between has a key of its own", async () => {
  const jump = { host: "p", user: "j", port: 2222, hostKey: "ssh-ed25519 BBBB" };
  const { CONFIG, KNOWN_HOSTS } = await overSsh({ host: "h", hostKey: "ssh-ed25519 AAAA", jump }, nothing);
  expect(KNOWN_HOSTS).toBe("node ssh-ed25519 AAAA\njump ssh-ed25519 BBBB\n");
  expect(CONFIG).toMatch(
    /Host node\n {2}HostName h\n[\s\S]*ProxyJump jump\nHost jump\n {2}HostName p\n {2}Port 2222\n {2}User j\n/,
  );
});

test("a user who is not root works by sudo, and where nothing is to be done nobody is asked", async () => {
  const { create, REMOTE, CREATE } = await overSsh({ host: "h", user: "a", sudo: true, hostKey: "any" }, nothing);
  expect(create).toBe('REMOTE="$CREATE" sh -euc "$SSH" sh a@h');
  expect(REMOTE).toBeUndefined();
  expect(CREATE).toMatch(/^sudo -n true .* exec sudo -n env PATH=\S+ sh -euc true sh$/);
  expect((await overSsh({ host: "h", hostKey: "any" }, { create: { text: ":" } })).create).toBe(":");
});

test("a file of this machine reaches a script by its standard input, and not by the state", async () => {
  const args: NodeCommandArgs = { create: { text: "wc -c" }, delete: { text: "true" }, stdinFile: "/images.tar" };
  const inContainer = await created(args);
  expect(inContainer.create).toMatch(/^podman exec --interactive c .* <"\$STDIN_FILE"$/);
  expect(inContainer.environment.STDIN_FILE).toBe("/images.tar");
  const known = await overSsh({ host: "h", hostKey: "k" }, args);
  expect(known.SSH).toMatch(/ssh -F .* <"\$STDIN_FILE" \|\| code=/);
  expect([known.STDIN_FILE, known.stdin]).toEqual(["/images.tar", undefined]);
});
