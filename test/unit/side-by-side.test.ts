import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import { Handover } from "../../components/cni/handover";
import { type AtOnce, atOnceProblems, sideBySide } from "../../components/cni/side-by-side";
import { record } from "./mocks";

test.each<[AtOnce, number, number]>([
  [1, 3, 1],
  [2, 3, 2],
  [20, 3, 2],
  ["10%", 200, 20],
  ["10%", 9, 1],
  ["50%", 3, 1],
  [1, 1, 1],
])("%s of %i nodes are %i side by side", (atOnce, nodes, expected) => {
  expect(sideBySide(atOnce, nodes)).toBe(expected);
});

test.each<unknown>([0, 1.5, -1, "60%", "0%", "ten", pulumi.output(2)])("%s is no such choice", (atOnce) => {
  expect(atOnceProblems("atOnce", atOnce as AtOnce)).toHaveLength(1);
});

/** For each node those that are moved after it. */
async function chains(nodes: number, atOnce: AtOnce): Promise<Record<string, string[]>> {
  const after: Record<string, string[]> = {};
  await record(() => {
    const shell = new ContainerShell(podman, "c");
    const told = Array.from({ length: nodes }, (_, i) => ({
      name: `n${i + 1}`,
      shell: {
        command: (name: string, args: Parameters<typeof shell.command>[1], opts: pulumi.CustomResourceOptions) => {
          const before = (opts.dependsOn as (pulumi.Resource & { name?: string })[] | undefined) ?? [];
          const made = shell.command(name, args, opts);
          Object.assign(made, { name: name.replace("handover-", "") });
          after[name.replace("handover-", "")] = before.flatMap((each) => each.name ?? []);
          return made;
        },
      },
    }));
    new Handover("handover", { nodes: told, kubeconfig: "k", cni: "flannel", atOnce });
  });
  return after;
}

test("nodes are moved in order, the control plane alone at the end", async () => {
  expect(await chains(3, 1)).toEqual({ n1: [], n3: ["n1"], n2: ["n3"] });
  expect(await chains(6, 2)).toEqual({ n1: [], n6: ["n1"], n5: ["n1"], n4: ["n6"], n3: ["n5"], n2: ["n4"] });
});
