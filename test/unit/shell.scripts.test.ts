import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { podScript, shellPod, sshScript } from "../../components/cluster/shell/scripts";

const admin = "the administrator's kubeconfig";
const account = { namespace: "kube-system", name: "cni-lab-node", server: "https://192.0.2.11:6443" };

/** Programs that stand in for ssh and kubectl: what they were called with, and what was said to them, stays in a folder. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-shell-"));
  program(
    "kubectl",
    `echo "$*" >>"${folder}/kubectl.calls"
case "$*" in
  *"config view"*) printf 'https://127.0.0.1:1\\nQ0E=\\nname' ;;
  *"create token"*) echo the-token ;;
  *"create "*) cat >"${folder}/created"; echo "\${CREATED:-secret/cni-lab-node-x}" ;;
  *" exec "*) cat >"${folder}/stdin"; echo remote-output; echo remote-error >&2; echo "command terminated with exit code 7" >&2; exit 7 ;;
esac`,
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): void {
  writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(path.join(folder, name), 0o755);
}

const read = (name: string) => readFileSync(path.join(folder, name), "utf8");

function run(script: string, env: Record<string, string>, ...args: string[]) {
  const surroundings = { PATH: `${folder}:${process.env.PATH}`, TMPDIR: folder, ...env };
  return execa("sh", ["-euc", script, "sh", ...args], { input: admin, env: surroundings, reject: false });
}

/** What a script has left in the folder for temporary files. */
const left = () => readdirSync(folder).filter((name) => name.startsWith("tmp."));

describe("over ssh", () => {
  const ssh = (end: string) =>
    program(
      "ssh",
      `echo "$*" >"${folder}/ssh.call"; cat >"${folder}/stdin"; cat "$2" "\${2%config}known_hosts" >"${folder}/files"; ${end}`,
    );
  const variables = { CONFIG: "config\n", KNOWN_HOSTS: "node key\n", REMOTE: "true" };

  test("a node gets a token of the account's and nothing of the administrator's; the token ends with the script", async () => {
    ssh("exit 3");
    const { exitCode } = await run(sshScript("account", account), variables, "me@h");
    expect(exitCode).toBe(3);
    const kubeconfig = JSON.parse(read("stdin"));
    expect(kubeconfig.users).toEqual([{ name: "it", user: { token: "the-token" } }]);
    expect(kubeconfig.clusters[0].cluster).toEqual({
      server: account.server,
      "certificate-authority-data": "Q0E=",
      "tls-server-name": "name",
    });
    expect(read("kubectl.calls")).toMatch(
      /create token .*cni-lab-node --duration 3600s --bound-object-kind Secret --bound-object-name cni-lab-node-x\n/,
    );
    expect(read("kubectl.calls")).toMatch(
      /delete --namespace kube-system secret\/cni-lab-node-x --ignore-not-found\n$/,
    );
    expect(read("kubectl.calls")).not.toContain("the-token");
    expect(read("files")).toBe("config\nnode key\n");
    expect(left()).toEqual([]);
  });

  test("without an account it is the given input that goes there", async () => {
    ssh("exit 0");
    expect((await run(sshScript("given", undefined), variables, "me@h")).exitCode).toBe(0);
    expect(read("stdin")).toBe(admin);
  });

  test.each([
    ["Host key verification failed.", /^me@h can't be reached by ssh: it has another host key .* nothing was sent/],
    ["me@h: Permission denied (publickey).", /^me@h can't be reached by ssh: it takes none of the keys/],
    ["", /^me@h can't be reached by ssh: the connection was lost/],
    ["Timeout, server h not responding.", /^me@h can't be reached by ssh: the connection was lost/],
    ["ssh: connect to host h port 22: No route to host", /^me@h can't be reached by ssh: is it up.*No route to host/],
  ])("%j is told in words", async (said, sentence) => {
    ssh(`echo '${said}' >"\${2%config}log"; exit 255`);
    const { exitCode, stderr } = await run(sshScript("nothing", undefined), variables, "me@h");
    expect([exitCode, stderr]).toEqual([255, expect.stringMatching(sentence)]);
    expect(left()).toEqual([]);
  });
});

test("through a pod the script's exit code, output and errors come back, and pod and token go", async () => {
  const pod = JSON.stringify(shellPod({ node: "n1", namespace: "kube-system", image: "an-image" }));
  const env = { POD: pod, REMOTE: "true", CREATED: "pod/p-1" };
  const ran = await run(podScript("account", account), env, "n1", "kube-system", "a b");
  expect([ran.exitCode, ran.stdout, ran.stderr]).toEqual([7, "remote-output", "remote-error"]);
  expect(JSON.parse(read("stdin")).users[0].user).toEqual({ token: "the-token" });
  expect(read("created")).toBe(pod);
  expect(read("kubectl.calls")).toMatch(/ exec .*pod\/p-1 -- \S*nsenter --target 1 .* -- sh -euc true sh a b\n/);
  expect(read("kubectl.calls")).toMatch(/delete --namespace kube-system pod\/p-1 --ignore-not-found --wait=false\n/);
  expect(left()).toEqual([]);
});
