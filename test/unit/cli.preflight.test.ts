import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { stackProblems } from "../../cli/preflight";
import { apiPortProblems } from "../../cli/preflight/api-port";
import { engineProblems } from "../../cli/preflight/engine";
import { inotifyProblems } from "../../cli/preflight/inotify";
import { lanProblems, parseRoutes } from "../../cli/preflight/networks";
import { memoryProblems } from "../../cli/preflight/resources";
import { docker } from "../../components/cluster/engine/docker";
import { podman } from "../../components/cluster/engine/podman";
import { loadLab } from "../../labs";
import { parseLabConfig } from "../../stacks/schema";

const used = [
  { cidr: "10.88.0.0/16", use: "podman's network podman uses" },
  { cidr: "172.28.7.9/32", use: "holds this machine's address on eth0" },
];

test.each(["172.28.8.0/24", "10.89.0.0/24"])("a LAN that nobody uses is fine: %s", (lan) => {
  expect(lanProblems(lan, "flannel", used)).toEqual([]);
});

test.each([
  ["10.88.3.0/24", "10.88.0.0/16, which podman's network podman uses"],
  ["172.28.7.0/24", "172.28.7.9/32, which holds this machine's address on eth0"],
])("a LAN that is in use is refused: %s", (lan, by) => {
  expect(lanProblems(lan, "flannel", used)).toEqual([
    {
      field: "lanCidr",
      value: lan,
      rule: `must not overlap with ${by}`,
      fix: "choose another: ./lab up flannel --set lanCidr=172.28.N.0/24",
    },
  ]);
});

test("a port of the API server that another program has is refused, and a free one is fine", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  expect(await apiPortProblems(port, "flannel")).toEqual([
    {
      field: "port",
      value: `127.0.0.1:${port}`,
      rule: "is where the API server is to be reached, and another program listens there",
      fix: expect.stringContaining("./lab up flannel --set lanCidr=172.28.N.0/24"),
    },
  ]);
  other.close();
  await once(other, "close");
  expect(await apiPortProblems(port, "flannel")).toEqual([]);
});

test("reads the kernel's routes without the default one", () => {
  const table = [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
    "podman1\t00071CAC\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
  ].join("\n");
  expect(parseRoutes(`${table}\n`)).toEqual([
    { link: "eth0", cidr: "10.0.0.0/16" },
    { link: "podman1", cidr: "172.28.7.0/24" },
  ]);
});

test.each([
  [{}, 2000, 3, 2000, 0],
  [{}, 2000, 3, 1999, 1],
  [{ nodes: "3" }, 2000, 3, 2000, 0],
  [{ nodes: "3" }, 2000, 3, 1999, 1],
  [{ nodes: "3" }, 2000, 1, 1000, 0],
  [{ nodes: "3" }, 2000, 1, 999, 1],
  [{}, 2000, 1, 1000, 0],
  [{}, 2000, 1, 999, 1],
  [{ nodes: "2" }, 900, 2, 900, 0],
  [{ nodes: "2" }, 900, 2, 899, 1],
  [{ nodes: "2" }, 900, 3, 1200, 0],
  [{ nodes: "2" }, 900, 3, 1199, 1],
])("a lab of %j and %i MiB on %i nodes with %i MiB: %i problems", (values, memoryMiB, nodes, available, problems) => {
  expect(memoryProblems({ id: "flannel", memoryMiB, values }, nodes, available)).toHaveLength(problems);
});

test.each([
  [3, 68, 128, 0],
  [3, 69, 128, 1],
])("inotify instances for %i nodes with %i in use of %i: %i problems", (nodes, inUse, limit, problems) => {
  const found = inotifyProblems(nodes, inUse, limit);
  expect(found).toHaveLength(problems);
  for (const { fix } of found) {
    expect(fix).toBe("run: sysctl -w fs.inotify.max_user_instances=512");
  }
});

test("an engine that does not work is named with what it says, and asked for nothing else", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-preflight-"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const program = path.join(folder, "podman");
  writeFileSync(program, '#!/bin/sh\n[ "$1" != info ] || { echo "Error: no storage" >&2; exit 125; }\n');
  chmodSync(program, 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  expect(await stackProblems(await loadLab("flannel"), "flannel", parseLabConfig({}))).toEqual([
    { field: "engine", value: "podman", rule: "must work, and says: Error: no storage", fix: "see podman info" },
  ]);
});

test.each([
  ["podman 4.3.1, as root", podman, { version: "4.3.1", rootless: false }, []],
  ["docker of Debian 12", docker, { version: "20.10.24+dfsg1", rootless: false }, []],
  ["docker 29", docker, { version: "29.1.1", rootless: false }, []],
  ["podman 3", podman, { version: "3.4.4", rootless: false }, ["podman 3.4.4: must be 4.3 or newer"]],
  ["docker 19.03", docker, { version: "19.03.15", rootless: false }, ["docker 19.03.15: must be 20.10 or newer"]],
  [
    "docker without root",
    docker,
    { version: "28.2.2", rootless: true },
    ["docker: is rootless, and nodes need devices, cgroups and values of the kernel that only root has"],
  ],
])("%s", (_, engine, info, problems) => {
  const found = engineProblems(engine, { ...info, folder: "/" });
  expect(found.map(({ value, rule }) => `${value}: ${rule}`)).toEqual(problems);
});
