import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { createApiDoor } from "../../components/cluster/api-door";
import { docker } from "../../components/cluster/engine/docker";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { engines } from "../../components/cluster/engine/engines";
import { podman } from "../../components/cluster/engine/podman";
import { apiPortOf } from "../../components/cluster/lan";
import { createLan, createNode } from "../../components/cluster/node-container";
import { Etcd } from "../../components/cni/flannel-etcd/etcd";
import { createServer } from "../../components/networks/dhcp-container";
import { stackConfigFile, stateDir } from "../../driver/stack/paths";
import { userCache } from "../../toolchain/cache";
import { podman as imageEngine } from "../../toolchain/image-engine";
import { machineLocks } from "../../toolchain/machine-lock";
import { kernelFeatures, leaveBridgesAlone } from "../../toolchain/system/kernel";
import { only, record } from "./mocks";

const root = path.resolve(__dirname, "../..");
const text = readFileSync(path.join(root, "SECURITY.md"), "utf8");

/** The table of privileges: what has them, and which. */
const table = Object.fromEntries(
  [...text.matchAll(/^\| ([^|]+) \| ([^|]*) \| [^|]+ \|$/gm)].map(([, name = "", items = ""]) => [
    name,
    [...items.matchAll(/`([^`]+)`/g)].map(([, item]) => item).sort(),
  ]),
);

/** Options of `run`, `create` and `network create` that give a container nothing of this machine. */
const harmless = [
  ...["runtime", "cgroup-manager", "detach", "rm", "name", "hostname", "label", "systemd", "stop-signal", "env"],
  ...["cgroupns", "ulimit", "dns", "add-host", "tmpfs", "subnet", "gateway", "ipam-driver", "entrypoint", "ip"],
];
/** Of these the value counts too. */
const valued = ["volume", "cap-add", "network", "device", "sysctl", "mount", "security-opt", "publish", "opt"];

/** What an engine's command gives its container: all its options up to the image's own words but the harmless ones. */
function given(words: readonly string[], image: string): string[] {
  const options = words.slice(0, words.indexOf(image)).flatMap((word, index, all) => {
    const [, name = "", value] = /^--([a-z-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (name === "" || harmless.includes(name)) return [];
    // Of a network its name alone: what follows is the address there.
    const whole = value ?? all[index + 1] ?? "";
    const said = name === "network" ? whole.replace(/:.*/, "") : whole;
    return [valued.includes(name) ? `--${name} ${said}` : `--${name}`];
  });
  return [...new Set(options)].sort();
}

/** The words of the command in a shell's line that holds one. */
function wordsOf(line: string, begin: string): string[] {
  const command = line.slice(line.indexOf(begin));
  const [program = ""] = begin.split(" ");
  // Only what stands before the next command: the shell itself takes the quotes apart.
  const script = `set -f; exec 3>&1; ${program}() { printf '%s\\n' ${program} "$@" >&3; exit; }; ${command}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\n");
}
/** How the command that makes a container begins. */
const run = { podman: "podman --runtime runc run", docker: "docker create" } as const;
const nameOf = ({ name }: ContainerEngine) => name as keyof typeof run;
const on = { podman: "", docker: ", on Docker" } as const;
const lan = { network: "LAN", link: "eth1", address: "172.28.7.11" };

/** Files of the code, by their path. */
const code = ["checks", "cli", "driver", "report", "components", "lib", "toolchain", "stacks"].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("plugins/"))
    .map((name) => path.join(folder, name)),
);
const filesWith = (part: RegExp) =>
  code.filter((file) => part.test(readFileSync(path.join(root, file), "utf8"))).sort();

test.each([podman, docker])("the privileges of a node are those of the table, on $name", (engine) => {
  const endpoint = { name: "api", address: "172.28.7.11" };
  const node = { stack: "s", name: "n1", container: "c", image: "IMAGE", lans: [lan], endpoint };
  expect(table[`a node${on[nameOf(engine)]}`]).toEqual(
    given(wordsOf(createNode(engine, node), run[nameOf(engine)]), "IMAGE"),
  );
});

test.each([podman, docker])("those of the containers beside them, on $name", async (engine) => {
  const plan = { stack: "s", container: "c", image: "IMAGE", network: "LAN", address: "10.0.0.1/24" };
  const server = createServer(engine, { ...plan, lanAddress: lan.address });
  expect(table["`DhcpServer`"]).toEqual(given(wordsOf(server, run[nameOf(engine)]), "IMAGE"));
  const etcd = {
    stack: "s",
    image: "IMAGE",
    address: lan.address,
    lan: { ...lan, engine, cidr: "", id: undefined as never },
  };
  const made = only(await record(() => new Etcd("etcd", etcd)), "etcd-container");
  expect(table[`\`Etcd\`${on[nameOf(engine)]}`]).toEqual(
    given(wordsOf(made.inputs.create, run[nameOf(engine)]), "IMAGE"),
  );
});

test("those of the way to the API server, on Docker", async () => {
  const door = {
    stack: "s",
    image: "IMAGE",
    lan: { ...lan, engine: docker, id: pulumi.output("id") },
    lanCidr: pulumi.output("172.28.7.0/24"),
    address: pulumi.output(lan.address),
  };
  const made = only(await record(() => createApiDoor("door", door, {})), "door");
  const words = given(wordsOf(made.inputs.create, run.docker), "IMAGE");
  const port = `127.0.0.1:${apiPortOf("172.28.7.0/24")}:6443`;
  expect(table["the way to the API server, on Docker"]).toEqual(
    words.map((word) => word.replace(port, "127.0.0.1:PORT:6443")),
  );
});

test("that of the container that fills the nodes' image", () => {
  const container = { name: "c", image: "IMAGE", argv: [], inputs: {}, outputs: {}, volumes: ["/var/lib/containerd"] };
  expect(table["a build's container"]).toEqual(given(imageEngine.throwaway(container), "IMAGE"));
});

test.each([podman, docker])("that of the LAN of a lab, on $name", (engine) => {
  const line = createLan(engine, {
    stack: "s",
    network: "LAN",
    addresses: { subnet: "172.28.7.0/24", gateway: "172.28.7.1" },
  });
  const begin = `${engine.name} network create`;
  expect(table[`the network of a lab${on[nameOf(engine)]}`]).toEqual(given(wordsOf(line, begin), "LAN"));
});

test("no other part of the code gives a container something of this machine", () => {
  const giving = /"--(privileged|volume|cap-add|device|sysctl|mount|security-opt|publish|pid|ipc|userns)\b/;
  expect(filesWith(giving)).toEqual([
    "components/cluster/engine/docker.ts",
    "components/cluster/engine/podman.ts",
    "components/cluster/engine/same-words.ts",
    "toolchain/image-engine/image-engine.ts",
  ]);
  expect(filesWith(/\bengine\.run\(/)).toEqual([
    "components/cluster/node-container.ts",
    "components/cluster/side-container.ts",
  ]);
  expect(filesWith(/\bcreateSide\(/)).toEqual([
    "components/cluster/api-door.ts",
    "components/cluster/side-container.ts",
    "components/cni/flannel-etcd/etcd.ts",
    "components/networks/dhcp-container.ts",
  ]);
  expect(filesWith(/\brunThrowaway\(/)).toEqual([
    "toolchain/image-engine/image-engine.ts",
    "toolchain/images/store.ts",
  ]);
});

test("the modules and values of this machine's kernel are those of the table", () => {
  expect(table["kernel modules"]).toEqual(kernelFeatures.map(({ module }) => module).sort());
  const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-kernel-"));
  leaveBridgesAlone(folder);
  const values = readdirSync(folder).map((name) => `net.bridge.${name}`);
  rmSync(folder, { recursive: true });
  expect(table["kernel values"]).toEqual(values.sort());
  // The first one only reads, and the second one's are a container's own.
  expect(filesWith(/["'`]\/proc\/sys\b/)).toEqual([
    "cli/preflight/inotify.ts",
    "components/cluster/engine/docker-ports.ts",
    "toolchain/system/kernel.ts",
  ]);
});

test("the programs that it calls by name on this machine are those of the table", () => {
  const call =
    /\b(?:run|succeeds|read|capture|runForeground|spawn|spawnSync|execFile|execFileSync|execa)\(\s*\[?\s*"([^"]+)"/g;
  const programs = code.flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(call)].map(([, program]) => program),
  );
  expect(table.programs).toEqual([...new Set([...programs, ...engines.map(({ name }) => name)])].sort());
});

test("the folders are those of the table", () => {
  const inHome = (folder: string) => folder.replace(process.env.HOME ?? "", "~");
  const folders = [inHome(stateDir({})), inHome(userCache({}).root), machineLocks];
  const here = path.relative(root, stackConfigFile("STACK"));
  expect(table.folders).toEqual([...folders, here, "node_modules"].sort());
});
