import * as pulumi from "@pulumi/pulumi";
import { expect, test, vi } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import type { Script } from "../../components/cluster/shell/node-shell";
import { Cni, type CniArgs } from "../../components/cni/cni";
import { namesOf, record } from "./mocks";

const away = (more: string) => `link\teth0\t1500\naddress\teth0\t192.0.2.11/24\nforwards\t1\n${more}away\n`;

/** Nodes of which one says this about itself, and what is registered and told when Weave comes to them. */
async function comes(said: string, args: Partial<CniArgs> = {}, preview = false) {
  const asked: Script[] = [];
  const told: string[] = [];
  const tell = (text: string) => {
    told.push(text);
    return Promise.resolve();
  };
  const spies = [
    vi.spyOn(pulumi.log, "warn").mockImplementation(tell),
    vi.spyOn(pulumi.log, "info").mockImplementation(tell),
  ];
  const nodes = ["n1", "n2"].map((name) => {
    const container = new ContainerShell(podman, name);
    return {
      name,
      address: "192.0.2.11",
      shell: {
        command: container.command.bind(container),
        look: (script: Script) => {
          asked.push(script);
          return pulumi.output(script.text.includes("\nsay forwards") ? said : "");
        },
      },
    };
  });
  try {
    const access = { nodes, kubeconfig: "kind: Config" };
    const resources = await record(() => new Cni("cni", { type: "weave", access, ...args } as CniArgs), {}, preview);
    return { asked, told, made: namesOf(resources, "kubernetes:apps/v1:DaemonSet") };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test("a preview tells it, and so does an update that is to go on", async () => {
  for (const { told, made } of [
    await comes(away("lacks\tjq\t\n"), {}, true),
    await comes(away("lacks\tjq\t\n"), { preflight: "tell" }),
  ]) {
    expect(told.filter((line) => line.includes("lacks jq"))).toHaveLength(2);
    expect(made).toHaveLength(1);
  }
});

test("where the CNI is on the nodes already, or nobody is to look, nothing more is asked", async () => {
  const here = await comes("here\n");
  expect([here.asked.length, here.told, here.made.length]).toEqual([2, [], 1]);
  const off = await comes(away("lacks\tjq\t\n"), { preflight: "off" });
  expect([off.asked.length, off.told, off.made.length]).toEqual([0, [], 1]);
});
