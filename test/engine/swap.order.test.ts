import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { locateToolchain } from "../../toolchain";
import { type ControlPlane, startControlPlane } from "./apiserver";
import { type Operation, PulumiProject } from "./support";

/** A cluster's API without nodes, and commands that only write down that they ran: the order is the engine's. */
let api: ControlPlane;
let project: PulumiProject;
beforeAll(async () => {
  const { binDir } = locateToolchain();
  api = await startControlPlane(binDir);
  project = await PulumiProject.make(binDir, ["command", "kubernetes"]);
});
afterAll(async () => {
  await project?.dispose();
  await api?.stop();
});

const components = resolve(__dirname, "../../components");

/** Sets the CNI and runs one update; gives its steps in the order of their beginning and end. */
async function update(cni: string): Promise<Stepped> {
  await project.program(`
    const { Cni } = require(${JSON.stringify(join(components, "cni/cni"))});
    const shell = {
      command: (name, args, opts) => new command.local.Command(name, {
        create: "true", delete: \`test ! -e \${__dirname}/fail-\${name}\`, triggers: args.triggers,
      }, opts),
    };
    const provider = new k8s.Provider("api", { kubeconfig: ${JSON.stringify(api.kubeconfig)}, enableConfigMapMutable: true });
    const nodes = ["n1", "n2", "n3"].map((name) => ({ name, shell }));
    const cni = new Cni("cni", { type: "${cni}", access: { nodes, kubeconfig: "x" } }, { provider });
    new command.local.Command("workload", { create: "true" }, { dependsOn: [...cni.ready] });
  `);
  return withSteps(await project.up());
}

type Stepped = Operation & { readonly steps: readonly string[] };

/** An operation with its steps, in the order of their beginning and end. */
function withSteps(operation: Operation): Stepped {
  const steps = operation.events.flatMap(({ resourcePreEvent: begun, resOutputsEvent: ended }) => {
    const { op, urn } = (begun ?? ended)?.metadata ?? { op: "same", urn: "" };
    return op === "same" ? [] : [`${op} ${urn.split("::").pop()} ${begun === undefined ? "ends" : "begins"}`];
  });
  return { ...operation, steps };
}

/** Fails unless every step is there and ends before the next begins. */
function expectOrder(steps: readonly string[], order: readonly string[]): void {
  const at = (step: string) => {
    expect(steps).toContain(step);
    return steps.indexOf(step);
  };
  for (const [i, step] of order.slice(1).entries()) {
    const before = order[i] ?? "";
    expect(at(`${before} ends`), `${before} before ${step}:\n${steps.join("\n")}`).toBeLessThan(at(`${step} begins`));
  }
}

const arrives = (cni: string) => [
  `create cni-${cni}-clean-n1`,
  `create cni-${cni}-account`,
  `create cni-${cni}-daemonset`,
  `create cni-${cni}-handover-n1`,
  `create cni-${cni}-handover-n3`,
  `create cni-${cni}-handover-n2`,
];
const leaves = (cni: string) => [
  `delete cni-${cni}-handover-n2`,
  `delete cni-${cni}-handover-n3`,
  `delete cni-${cni}-handover-n1`,
  `delete cni-${cni}-daemonset`,
  `delete cni-${cni}-account`,
];

/** Each node's clean-up begins when every object of the CNI has gone. */
function expectCleanLast(steps: readonly string[], cni: string): void {
  for (const node of ["n1", "n2", "n3"]) {
    expectOrder(steps, [`delete cni-${cni}-account`, `delete cni-${cni}-clean-${node}`]);
    expectOrder(steps, [`delete cni-${cni}-daemonset`, `delete cni-${cni}-clean-${node}`]);
  }
}

it("a new cluster: clean-up, CNI, handovers from the control plane on, then the workload", async () => {
  const { exitCode, output, steps } = await update("flannel");
  expect(exitCode, output).toBe(0);
  expectOrder(steps, [...arrives("flannel"), "create workload"]);
  for (const node of ["n1", "n2", "n3"]) {
    expectOrder(steps, ["create cni-flannel-daemonset", `create cni-flannel-arrival-${node}`, "create workload"]);
  }
  expectOrder(steps, ["create cni-flannel-clean-n3", "create cni-flannel-namespace"]);
});

it("one update: the new CNI is ready, then nodes move, control plane last, then the old CNI goes, then nodes are cleaned", async () => {
  const { exitCode, output, steps } = await update("weave");
  expect(exitCode, output).toBe(0);
  expectOrder(steps, [...arrives("weave"), ...leaves("flannel")]);
  expectOrder(steps, ["update cni-desired", "delete cni-flannel-handover-n2"]);
  expectCleanLast(steps, "flannel");
});

it("a node that fails stops the swap, and the old value brings the old CNI back to every node", async () => {
  await writeFile(join(project.dir, "fail-cni-weave-handover-n3"), "");
  const failed = await update("flannel");
  expect(failed.exitCode).not.toBe(0);
  expectOrder(failed.steps, [...arrives("flannel"), "delete cni-weave-handover-n2"]);
  expect(failed.steps.filter((step) => /delete cni-weave-(handover-n1|daemonset|clean)/.test(step))).toEqual([]);

  const back = await update("weave");
  expect(back.exitCode, back.output).toBe(0);
  expectOrder(back.steps, ["update cni-desired", "create cni-weave-handover-n2", ...leaves("flannel")]);
  expectCleanLast(back.steps, "flannel");
  expect(back.steps.filter((step) => step.startsWith("delete cni-weave"))).toEqual([]);
  await rm(join(project.dir, "fail-cni-weave-handover-n3"));
});

it("none: no CNI comes, nodes write down what they are like, the CNI leaves", async () => {
  const { exitCode, output, steps } = await update("none");
  expect(exitCode, output).toBe(0);
  expectOrder(steps, ["update cni-desired", ...leaves("weave")]);
  expectCleanLast(steps, "weave");
  const recorded = ["n1", "n2", "n3"].map((node) => `create cni-record-${node} begins`);
  expect(steps.filter((step) => /^create .* begins$/.test(step)).sort()).toEqual(recorded);
});

it("destroy: the same order, from the state alone", async () => {
  await update("flannel");
  const { exitCode, output, steps } = withSteps(await project.destroy());
  expect(exitCode, output).toBe(0);
  expectOrder(steps, ["delete workload", ...leaves("flannel")]);
  expectCleanLast(steps, "flannel");
});
