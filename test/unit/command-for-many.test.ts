import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { batchesOf, commandsOn } from "../../components/cluster/node-batches";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import { unlessNothing } from "../../components/cluster/shell/local-command";
import type { LocalPlan, NodeCommandArgs, NodeShell } from "../../components/cluster/shell/node-shell";
import { SshShell } from "../../components/cluster/shell/ssh-shell";
import { Handover } from "../../components/cni/handover";
import { only, record } from "./mocks";

/** A shell whose nodes are this machine. */
const here = (node: string): Required<Pick<NodeShell, "command" | "plan">> => ({
  command: () => {
    throw new Error("a node of a batch has no command of its own");
  },
  plan: ({ stdin }: NodeCommandArgs): LocalPlan => ({
    line: unlessNothing(({ args = [] }, variable) => `sh -euc "$${variable}" sh ${args.join(" ")}`),
    held: ({ text }) => text,
    environment: { NODE: node, ALL: "all" },
    stdin,
  }),
});

const nodes = ["n1", "n2", "n3"].map((name) => ({ name, shell: here(name) }));

/** Runs what a command on all nodes is recorded with, and gives what it printed, sorted. */
async function run(text: string, stdin?: string) {
  const resources = await record(() => {
    const argsOf = ({ name }: { name: string }) => ({
      create: { text, args: [name] },
      ...(stdin === undefined ? {} : { stdin }),
    });
    commandsOn({ nodes, nodesPerResource: 3 }, "it", argsOf, {});
  });
  const { create, environment, stdin: input } = only(resources, "it-n1+2").inputs;
  const ran = await execa("sh", ["-c", create], { env: environment, input: input ?? "", reject: false });
  return { exitCode: ran.exitCode, lines: ran.stdout.split("\n").sort(), said: ran.stderr, environment };
}

test("each node's script gets its parameters, its variables and all of the standard input", async () => {
  const { exitCode, lines, environment } = await run('echo "$1 $NODE $ALL $(cat)"', "secret");
  expect([exitCode, lines]).toEqual([0, ["n1 n1 all secret", "n2 n2 all secret", "n3 n3 all secret"]]);
  expect(Object.keys(environment).sort()).toEqual([
    "ALL",
    "CREATE",
    "CREATE_LINES",
    "DELETE_LINES",
    "FOR_MANY",
    "NODE_0",
    "NODE_1",
    "NODE_2",
  ]);
});

test("all nodes are done where one fails, and it fails then", async () => {
  const { exitCode, lines } = await run('echo "$1"; [ "$1" != n2 ]');
  expect([exitCode, lines]).toEqual([1, ["n1", "n2", "n3"]]);
});

test("a handover's nodes go in turn, and none after one that fails", async () => {
  const resources = await record(() => {
    new Handover("move", {
      nodes: [...nodes, { name: "n4", shell: here("n4") }].map((node, i) =>
        i === 0 ? { ...node, shell: new ContainerShell(podman, "c") } : node,
      ),
      nodesPerResource: 3,
      kubeconfig: "k",
      cni: "flannel",
    });
  });
  const { create, delete: remove, environment } = only(resources, "move-n2+2").inputs;
  expect(create).toBe(":");
  const env = (environment.value ?? environment) as Record<string, string>;
  const script = (text: string) =>
    execa("sh", ["-c", remove], { env: { ...env, DELETE: text }, input: "k", reject: false });
  expect((await script('echo "$1 $2"')).stdout).toBe("n2 flannel\nn3 flannel\nn4 flannel");
  const stopped = await script('echo "$1"; [ "$1" != n3 ]');
  expect([stopped.exitCode, stopped.stdout]).toEqual([1, "n2\nn3"]);
});

test("machines by ssh share their scripts; what is each one's own stands beside them", async () => {
  const machines = ["a", "b"].map((name) => ({
    name,
    shell: new SshShell({ host: `${name}.example`, hostKey: `ssh-ed25519 ${name}` }),
  }));
  const resources = await record(() => {
    const argsOf = ({ name }: { name: string }) => ({ create: { text: "echo", args: [name, "it's"] } });
    commandsOn({ nodes: machines, nodesPerResource: 10 }, "it", argsOf, {});
  });
  const { create, environment } = only(resources, "it-a+1").inputs;
  expect(Object.keys(environment).filter((name) => /_\d$/.test(name))).toEqual([
    "CONFIG_0",
    "CONFIG_1",
    "KNOWN_HOSTS_0",
    "KNOWN_HOSTS_1",
  ]);
  const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-many-"));
  writeFileSync(path.join(folder, "ssh"), '#!/bin/sh\nfor remote; do :; done\necho $(grep HostName "$2") $remote\n');
  chmodSync(path.join(folder, "ssh"), 0o755);
  const env = { ...environment, PATH: `${folder}:${process.env.PATH}` };
  const { stdout } = await execa("sh", ["-c", create], { env, input: "" });
  rmSync(folder, { recursive: true });
  expect(
    stdout
      .split("\n")
      .sort()
      .map((line) => line.replace(/env PATH=\S+/, "...")),
  ).toEqual([
    "HostName a.example ... sh -euc echo sh a 'it'\\''s'",
    "HostName b.example ... sh -euc echo sh b 'it'\\''s'",
  ]);
});

test("nodes that are resources of the program, or whose shell can't share, are alone", () => {
  const own = { name: "own", shell: here("own"), id: "1" };
  const mute = { name: "mute", shell: { command: here("mute").command } };
  const [n1, n2, n3] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]];
  const names = (size?: number) =>
    batchesOf([n1, n2, own, n3, mute], size).map((batch) => batch.map(({ name }) => name));
  expect(names(10)).toEqual([["n1", "n2"], ["own"], ["n3"], ["mute"]]);
  expect(names()).toHaveLength(5);
});
