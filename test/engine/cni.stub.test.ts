import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = path.resolve(__dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-stub-"));
const checkout = path.join(folder, "checkout");
const file = (name: string) => path.join(checkout, name);
const sources = [
  "checks",
  "cli",
  "driver",
  "report",
  "components",
  "labs",
  "lib",
  "package",
  "stacks",
  "toolchain",
  "index.ts",
  "package.json",
  "package-lock.json",
  "Pulumi.yaml",
  "pulumi-program.js",
];

/** A CNI as its folder holds it: one Ethernet over all nodes, with a router, as no other of the lab is called. */
const definition = `
import { defineCni } from "../definition";

export const stub = defineCni({
  id: "stub",
  title: "Stub",
  exclusive: false,
  settings: {
    stubRange: { is: "network", longest: 20, default: "10.200.0.0/16", describe: "the network of the pods on Stub" },
    stubMode: { is: "choice", of: ["fast", "slow"], default: "fast", describe: "how Stub works" },
  },
  secrets: [],
  podNetwork: { key: "stubRange", default: "10.200.0.0/16" },
  nodeSubnet: { by: "none" },
  residue: (network) => ({
    cni: "stub",
    daemonSet: { namespace: "kube-stub", name: "stubd", appLabel: "stub" },
    living: { daemonSets: ["stubd"], images: ["stub"], programs: ["stubd"] },
    network,
    conflist: "10-stub.conflist",
    networkName: "stubnet",
    links: ["stub0"],
    folders: ["/var/lib/stub"],
    binaries: ["stub"],
    chains: [],
    rules: [],
    ipsets: [],
    nodeAnnotations: [],
    configMaps: [],
  }),
  bridge: "stub0",
  carrier: () => ({ by: "program", link: "stub-out" }),
  tunnels: [],
  packetSizes: [{ link: "stub0", overhead: 60 }],
  carriesMulticast: true,
  router: {
    name: "Stub's router",
    connections: "stubctl connections",
    isLost: (line) => line.includes("lost"),
    wayOf: () => "stubway",
    port: 7777,
  },
  logs: { stub: { namespace: "kube-stub", pods: "stubd" } },
  clusterObject: ["namespace", "kube-stub"],
  machineIds: "ignored",
});
`;
const installer = `
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { oneOf, text } from "../../args/fields";
import type { CniInstaller } from "../installer";
import type { ValuesOf } from "../setting";
import type { stub } from "./definition";

export interface StubArgs {
  readonly range?: string;
  readonly mode?: "fast" | "slow";
}

export const stubInstaller: CniInstaller<StubArgs, ValuesOf<typeof stub.settings>> = {
  fields: { range: text, mode: oneOf("fast", "slow") },
  problemsOf: () => [],
  networkOf: ({ range }) => range,
  needsOf: () =>
    pulumi.output({ ports: [], links: [], modules: [], packetBytes: "link" as const, images: [], enforcesPolicies: false }),
  choose: ({ stubRange, stubMode }) => ({ range: stubRange, mode: stubMode }),
  install: (name, { mode }, opts) => {
    const data = { mode: mode ?? "fast" };
    return { ready: [new k8s.core.v1.ConfigMap(\`\${name}-config\`, { metadata: { name: "stub" }, data }, opts)] };
  },
};
`;

/** What knows of it, asked in the checkout. */
const questions = `
import { parseLabConfig } from "./stacks/schema";
import { Stack } from "./driver/stack/stack";
import { capture } from "./driver/run/capture";
import { locateToolchain } from "./toolchain";
import { cniNames, residues } from "./components/cni/registry";
import { healthyNetwork } from "./labs/checks/healthy";
import { nodeResidue } from "./labs/checks/node-residue";
import { replicaAddresses } from "./labs/checks/confluence-network";
import { findFaults } from "./report/page/drawing/faults";
import { nodeNetworks } from "./report/page/drawing/node-network";
import { askNode, readNode } from "./report/topology/read-node";
import { carryingOf } from "./report/path/overlay";
import { runProgram } from "./cli/program";

async function main(): Promise<void> {
  const refused = (values: Record<string, string>) => {
    try {
      parseLabConfig(values);
      return "";
    } catch (error) {
      return String(error);
    }
  };
  const said: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = ((text: string) => said.push(String(text)) > 0) as typeof write;
  await runProgram(["help", "swap"]);
  await runProgram(["help", "logs"]);
  process.stdout.write = write;

  const link = { ifname: "stub0", flags: ["UP"], linkinfo: { info_kind: "bridge" }, addr_info: [{ family: "inet", local: "10.200.0.1", prefixlen: 16 }] };
  const parts = { links: JSON.stringify([link]), routes: "[]", conflists: "10-stub.conflist", forward: "", machineId: "a", stub: "n2 stands\\nn3 lost" };
  const seen = readNode(Object.entries(parts).map(([name, text]) => \`\\n== \${name}\\n\${text}\\n\`).join(""));
  const topology = { version: 1 as const, takenAt: "", nodes: [{ name: "n1", container: "c", address: "172.28.1.11", seen }], pods: [], trouble: [] };
  const verdict = { checks: [] } as never;

  const stack = new Stack("test-stub", locateToolchain());
  await stack.prepare({ missing: {}, set: { cni: "stub", stubMode: "slow", nodes: "2", nodeImage: "x" } });
  const preview = await capture(["pulumi", "preview", "--non-interactive", "--color", "never", "--diff"], { env: stack.env, cwd: __dirname });

  const applies = (cni: string) =>
    healthyNetwork.filter(({ when }) => Array.isArray(when?.cni) && when.cni.includes(cni)).map(({ id }) => id);
  console.log(JSON.stringify({
    names: cniNames,
    values: parseLabConfig({ cni: "stub" }),
    wrong: refused({ cni: "stub", stubRange: "10.200.0.0/28", stubMode: "odd" }),
    overlap: refused({ stubRange: "10.244.0.0/16" }),
    unknown: refused({ cni: "stab" }),
    help: said.join(""),
    residues: residues({ stubRange: "10.201.0.0/16" }).map(({ cni, network }) => cni + " " + network),
    listing: nodeResidue.steps[0]?.run.at(-1),
    onStub: applies("stub"),
    onFlannel: applies("flannel"),
    replicas: replicaAddresses.map(({ id }) => id),
    asks: askNode.join("\\n"),
    tunnels: nodeNetworks(topology)[0]?.tunnels.map(({ name, how, bridge }) => [name, how, bridge].join(" | ")),
    faults: findFaults(topology, verdict, "flannel").map(({ says }) => says),
    carrier: carryingOf("s", { cni: "stub" }).carrier,
    preview: { exitCode: preview.exitCode, text: preview.stdout + preview.stderr },
  }));
}

main();
`;

function edit(name: string, ...changes: readonly (readonly [string, string])[]): void {
  let text = readFileSync(file(name), "utf8");
  for (const [from, to] of changes) {
    expect(text, `${name} holds ${from}`).toContain(from);
    text = text.replace(from, to);
  }
  writeFileSync(file(name), text);
}

/** What the compiler says of the components, line by line. */
async function compiled(): Promise<string[]> {
  const tsc = [path.join(root, "node_modules/.bin/tsc"), "-p", file("package/tsconfig.json"), "--noEmit"] as const;
  const { stdout } = await execa(tsc[0], tsc.slice(1), { cwd: checkout, reject: false });
  return stdout.split("\n").filter((line) => line !== "");
}

// biome-ignore lint/suspicious/noExplicitAny: what was asked for, looked into below
let known: any;
beforeAll(async () => {
  for (const name of [...sources, "tsconfig.json"]) {
    cpSync(path.join(root, name), file(name), { recursive: true });
  }
  symlinkSync(path.join(root, "node_modules"), file("node_modules"));
  mkdirSync(file("components/cni/stub"));
  writeFileSync(file("components/cni/stub/definition.ts"), definition);
  writeFileSync(file("components/cni/stub/installer.ts"), installer);
  edit("components/cni/registry.ts", [
    "const definitions = [flannel, weave, flannelEtcd] as const;",
    'import { stub } from "./stub/definition";\nconst definitions = [flannel, weave, flannelEtcd, stub] as const;',
  ]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a CNI that is in the registry and can't be made is named by the compiler, at the place where it belongs", async () => {
  const said = (await compiled()).filter((line) => line.startsWith("components/"));
  expect(said.length).toBeGreaterThan(0);
  expect(said.join("\n")).toContain("components/cni/installers.ts");
  expect(said.join("\n")).toMatch(/stub/);
});

test("with its installer's line beside it the CNI is known to all that asks the registry", async () => {
  edit(
    "components/cni/installers.ts",
    ['  "flannel-etcd": flannelEtcdInstaller,', '  "flannel-etcd": flannelEtcdInstaller,\n  stub: stubInstaller,'],
    ["/** How each CNI", 'import { stubInstaller } from "./stub/installer";\n\n/** How each CNI'],
  );
  writeFileSync(file("questions.ts"), questions);
  const [errors, asked] = await Promise.all([
    compiled(),
    execa("node", ["--import", path.join(root, "node_modules/tsx/dist/loader.mjs"), file("questions.ts")], {
      cwd: checkout,
      env: { XDG_STATE_HOME: path.join(folder, "state"), TSX_TSCONFIG_PATH: file("tsconfig.json") },
    }),
  ]);
  known = JSON.parse(asked.stdout.trim().split("\n").at(-1) ?? "");
  expect(errors).toEqual([]);
  expect(known.names).toEqual(["flannel", "weave", "flannel-etcd", "stub", "none"]);
});

test("the schema has its keys, their defaults and rules, and its network among the cluster's", () => {
  expect(known.values).toMatchObject({ cni: "stub", stubRange: "10.200.0.0/16", stubMode: "fast" });
  expect(known.wrong).toContain("stubRange");
  expect(known.wrong).toContain("prefix of at most /20");
  expect(known.wrong).toContain("must be one of: fast, slow");
  expect(known.overlap).toMatch(/must not overlap with (podCidr|stubRange)/);
  expect(known.unknown).toContain("flannel, weave, flannel-etcd, stub, none");
});

test("help names it", () => {
  expect(known.help).toContain("flannel, weave, flannel-etcd, stub or none");
  expect(known.help).toMatch(/multus, dhcp, dhcp-server,.*\bstub\b/s);
});

test("what it leaves is looked for, on the nodes and in the cluster", () => {
  expect(known.residues).toContain("stub 10.201.0.0/16");
  expect(known.listing).toBe("{config.stubRange}");
  expect(known.onFlannel).toContain("no-stub-objects");
  expect(known.onStub).not.toContain("no-stub-objects");
});

test("the checks of any CNI are its own, and that of multicast as it says of itself", () => {
  expect(known.onStub).toEqual(expect.arrayContaining(["ping-across-nodes", "large-packets", "node-residue"]));
  expect(known.onStub).toContain("multicast-across-nodes");
  expect(known.onStub).not.toContain("multicast-stays-on-node");
  expect(known.replicas).toContain("replica-addresses-stub");
});

test("the page draws its router, and tells of a connection that is lost and of its conflist where another CNI is set", () => {
  expect(known.asks).toContain("stubctl connections");
  expect(known.tunnels).toEqual(["Stub's router | stubway, UDP 7777 | stub0"]);
  expect(known.faults).toContain("Stub on n1: n3 lost");
  expect(known.faults).toContain(
    "new pods of n1 get their network by 10-stub.conflist, and the stack is set to flannel",
  );
  expect(known.carrier).toEqual({ by: "program", link: "stub-out" });
});

test("a preview plans it: the clean-up before it, arrival and handover behind it, its arguments from the config", () => {
  const { exitCode, text } = known.preview;
  expect(exitCode, text).toBe(0);
  for (const name of ["cni-stub-clean-n2", "cni-stub-config", "cni-stub-arrival-n1", "cni-stub-handover-n2"]) {
    expect(text).toContain(name);
  }
  expect(text).toMatch(/mode\s*: "slow"/);
});
