import path from "node:path";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { afterEach, expect, test, vi } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { buildLab } from "../../stacks/lab";
import { parseLabConfig } from "../../stacks/schema";
import { type Registered, record } from "./mocks";

// What stands in the files is in users' states: another text of a create or a trigger replaces a living cluster. A
// change of one of them is a decision, and not what a rearrangement of the code brings along.

const invoked = vi.spyOn(MockMonitor.prototype, "invoke");
afterEach(() => {
  invoked.mockReset();
  vi.unstubAllEnvs();
});

/** An engine that is told what podman is told, under a name of its own. */
const stub = Object.fromEntries(
  Object.entries({ ...podman, name: "stub" }).map(([key, value]) => [
    key,
    typeof value === "string" ? value : renamed(value),
  ]),
);
function renamed(told: (...args: never[]) => unknown) {
  return (...args: never[]) => JSON.parse(JSON.stringify(told(...args)).replaceAll("podman", "stub"));
}
vi.mock("../../components/cluster/engine/engines", async (original) => {
  const real = await original<typeof import("../../components/cluster/engine/engines")>();
  return { ...real, engineOf: (name?: string) => (name === "stub" ? stub : real.engineOf(name)) };
});

type Answer = Parameters<MockMonitor["invoke"]>[1];

/** The machine's container engine, which has this. */
function has(standing: object): void {
  const { invoke } = MockMonitor.prototype;
  const answer = {
    getReturn: () => ({ toJavaScript: () => ({ stdout: `${JSON.stringify(standing)}\n0`, stderr: "" }) }),
  };
  invoked.mockImplementation((...[, callback]: Parameters<typeof invoke>) => {
    callback(null, { ...answer, getFailuresList: () => [] } as unknown as Parameters<Answer>[1]);
    return Promise.resolve();
  });
}

const kubeconfig = { "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }) };
const build = (values: Record<string, string>, { preview = false, engine = "auto" } = {}) => {
  const settings = { ...parseLabConfig({ nodes: "2", ...values }), stack: "s", lanCidr: "172.28.7.0/24", engine };
  const printed = {
    ...kubeconfig,
    "-invitation": "kubeadm join control-plane:6443 --token a.b --discovery-token-ca-cert-hash sha256:00",
  };
  return record(() => buildLab({ ...settings, nodeImage: "node:1" }), printed, preview);
};

/** Everything of a resource that names the engine, or is run by it. */
function textOf({ name, inputs }: Registered, engine: string): string[] {
  const { create, update, delete: remove, triggers = [], environment = {}, logging } = inputs;
  const lines = Object.entries({ create, update, delete: remove, logging }).filter(([, text]) => text !== undefined);
  const scripts = Object.entries<string>(environment).filter(([, script]) => script.includes(engine));
  return [
    `== ${name}`,
    ...[...lines, ...scripts].map(([key, text]) => `${key}: ${text}`),
    ...(triggers as unknown[]).map((trigger) => `trigger: ${trigger}`),
    "",
  ];
}

async function texts(values: Record<string, string>, engine = "podman"): Promise<string> {
  const resources = (await build(values, { engine }))
    .filter(({ type, inputs }) => type === "command:local:Command" && JSON.stringify(inputs).includes(engine))
    .sort((a, b) => a.name.localeCompare(b.name));
  return [...resources.flatMap((resource) => textOf(resource, engine)), ...ran()].join("\n");
}

/** What was run on this machine while the program ran, each once. */
function ran(): string[] {
  const lines = invoked.mock.calls.map(([request]) => request.getArgs()?.toJavaScript().command);
  return [...new Set(lines)].sort().flatMap((line) => ["== run while the program runs", line, ""]);
}

const keep = (name: string, text: string, engine = "podman") =>
  expect(text).toMatchFileSnapshot(path.join(__dirname, `${engine}-texts`, `${name}.txt`));

const weave = { cni: "weave", secondLan: "on", nodeNetwork: "vagrant", networks: "macvlan-conf,macvlan-conf-2" };
test.each<[string, Record<string, string>]>([
  ["flannel", {}],
  ["weave", weave],
  ["flannel-etcd", { cni: "flannel-etcd" }],
])("what podman is told for a new lab with %s is kept", async (name, values) => {
  await keep(name, await texts(values));
});

test.each<[string, Record<string, string>]>([
  ["flannel", {}],
  ["weave", weave],
])("what docker is told for a new lab with %s is kept", async (name, values) => {
  await keep(name, await texts(values, "docker"), "docker");
});

test("what podman is asked for a preview is kept", async () => {
  await build({}, { preview: true });
  // What a script looks for on a node is its own business.
  await keep(
    "preview",
    ran()
      .join("\n")
      .replace(/(?<=sh -euc ')\n.*?\n(?=' sh n\d)/gs, "..."),
  );
});

test("what podman is told for a lab from before there were generations and owners is kept", async () => {
  // Its state can't be read from here, so that what nobody owns counts as its own.
  vi.stubEnv("PULUMI_BACKEND_URL", "s3://state");
  const labels = { "cni-lab.stack": "s" };
  const containers = ["cni-lab-s-n1", "cni-lab-s-n2", "cni-lab-s-dhcp"].map((name) => ({
    ...{ Names: [name], Id: `${name}-id`, Image: "node:1", State: "running", Labels: labels },
  }));
  has({ fresh: "new", containers, networks: ["cni-lab-s", "cni-lab-s-2"].map((name) => ({ name, labels })) });
  await keep("old-lab", await texts(weave));
});

test.each([weave, { cni: "flannel-etcd" }])(
  "with %j another engine is told the same, and podman nothing",
  async (values) => {
    const told = await texts(values);
    invoked.mockClear();
    expect(await texts(values, "stub")).toBe(told.replaceAll("podman", "stub"));
  },
);

test("a stack tells the name of its engine", async () => {
  const told = async (engine: string) => {
    let name: string | undefined;
    const settings = { ...parseLabConfig({ nodes: "1" }), stack: "s", lanCidr: "172.28.7.0/24", nodeImage: "node:1" };
    await record(() => {
      name = buildLab({ ...settings, engine }).engine;
    }, kubeconfig);
    return name;
  };
  expect([await told("auto"), await told("podman"), await told("stub")]).toEqual(["podman", "podman", "stub"]);
});
