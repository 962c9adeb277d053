import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { FileBackend } from "../../driver/stack/backend";
import { isHeld } from "../../driver/stack/engine";
import { stackState } from "../../driver/stack/state";
import type { UserError } from "../../lib/user-error";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-backend-"));
  mkdirSync(path.join(folder, ".pulumi/stacks/cni-lab"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function backend(): FileBackend {
  const found = FileBackend.at(`file://${folder}?metadata=skip`);
  if (found === undefined) {
    throw new Error("a file:// backend was not taken for one");
  }
  return found;
}

function write(file: string, latest: unknown): void {
  const text = JSON.stringify({ version: 3, checkpoint: { stack: "organization/cni-lab/x", latest } });
  writeFileSync(path.join(folder, ".pulumi/stacks/cni-lab", file), file.endsWith(".gz") ? gzipSync(text) : text);
}

const own = (outputs: object) => ({ urn: "urn:a", type: "pulumi:pulumi:Stack", outputs });
const command = { urn: "urn:b", type: "command:local:Command" };
const provider = { urn: "urn:c", type: "pulumi:providers:command" };

test("tells the stacks of the lab, and no backups", () => {
  write("flannel.json", {});
  write("flannel.json.bak", {});
  write("weave.json.gz", {});
  expect(backend().stacks()).toEqual(["flannel", "weave"]);
});

test.each([
  [undefined, { resources: 0, pending: 0, outputs: false }],
  [{ resources: [own({}), provider] }, { resources: 0, pending: 0, outputs: false }],
  [
    { resources: [own({}), provider, command], pending_operations: [{ type: "creating" }] },
    { resources: 1, pending: 1, outputs: false },
  ],
  [{ resources: [own({ cni: "flannel" }), provider, command] }, { resources: 1, pending: 0, outputs: true }],
])("summary of %j", (latest, summary) => {
  write("flannel.json", latest);
  expect(backend().summary("flannel")).toEqual(summary);
});

test("reads a compressed state, and none", () => {
  write("weave.json.gz", { resources: [command] });
  expect(backend().summary("weave")?.resources).toBe(1);
  expect(backend().summary("flannel")).toBeUndefined();
  expect(backend().stamp("flannel")).toBeUndefined();
});

test("only file:// addresses are read", () => {
  expect(FileBackend.at("s3://bucket")).toBeUndefined();
  expect(FileBackend.at("https://api.example")).toBeUndefined();
});

test("tells who holds a lock, and whether that lives", () => {
  const locks = path.join(folder, ".pulumi/locks/organization/cni-lab/flannel");
  mkdirSync(locks, { recursive: true });
  const lock = { pid: 4_000_000, username: "root", hostname: hostname(), timestamp: "2026-01-01T00:00:00Z" };
  writeFileSync(path.join(locks, "1.json"), JSON.stringify(lock));
  expect(backend().locks("flannel")).toEqual([lock]);
  expect(backend().locks("weave")).toEqual([]);
  expect(isHeld(lock)).toBe(false);
  expect(isHeld({ ...lock, pid: process.pid })).toBe(false);
  expect(isHeld({ ...lock, hostname: "another" })).toBe(true);
});

test("a lock that is cut short is of nobody, and can be removed; one that is being written is no lock yet", () => {
  const locks = path.join(folder, ".pulumi/locks/organization/cni-lab/flannel");
  mkdirSync(locks, { recursive: true });
  for (const [name, text] of [
    ["1.json", ""],
    ["2.json", '{"pid": 1'],
    ["3.json.0a1b.tmp", ""],
  ] as const) {
    writeFileSync(path.join(locks, name), text);
  }
  expect(backend().locks("flannel")).toEqual([]);
  expect(backend().dropTornLocks("flannel")).toEqual([path.join(locks, "1.json"), path.join(locks, "2.json")]);
  expect(readdirSync(locks)).toEqual(["3.json.0a1b.tmp"]);
});

test("a state that is cut short is named with the ways on, and the stack is there all the same", () => {
  const file = path.join(folder, ".pulumi/stacks/cni-lab/flannel.json");
  writeFileSync(file, "{");
  const problems = (): unknown => {
    try {
      return backend().summary("flannel");
    } catch (error) {
      return (error as UserError).problems;
    }
  };
  const down = "run ./lab down flannel, which removes all of the stack by its label";
  const rule = expect.stringMatching(/^can't be read \(.*JSON.*\)$/);
  expect(problems()).toEqual([{ field: "state of the stack", value: file, rule, fix: down }]);
  writeFileSync(`${file}.bak`, "{}");
  const back = `${down}; or put the one before it back: cp ${file}.bak ${file}`;
  expect(problems()).toEqual([{ field: "state of the stack", value: file, rule, fix: back }]);
  expect(backend().stacks()).toEqual(["flannel"]);
  expect(backend().stamp("flannel")).toBeDefined();
});

test("the state of one stack that is torn hides no other", () => {
  vi.stubEnv("PULUMI_BACKEND_URL", `file://${folder}`);
  writeFileSync(path.join(folder, ".pulumi/stacks/cni-lab/flannel.json"), "{");
  write("weave.json", { resources: [own({ cni: "weave" }), command] });
  const node = (stack: string) => ({
    engine: podman,
    stack,
    node: "n1",
    container: `cni-lab-${stack}-n1`,
    running: true,
    owner: "",
  });
  const containers = [node("flannel"), node("weave")];
  expect(["flannel", "weave", "none"].map((stack) => stackState(stack, containers))).toEqual(["unreadable", "up", "-"]);
  vi.unstubAllEnvs();
});

test("a stack whose nodes are another's is told as that, whatever the own state holds", () => {
  vi.stubEnv("PULUMI_BACKEND_URL", `file://${folder}`);
  write("weave.json", { resources: [own({ cni: "weave" }), command] });
  const node = (stack: string, owner: string) => ({
    ...{ engine: podman, stack, node: "n1", container: `cni-lab-${stack}-n1`, running: true, owner },
  });
  const all = [node("flannel", "file:///x"), node("weave", `file://${folder}`), node("macvlan", "")];
  expect(["flannel", "weave", "macvlan"].map((stack) => stackState(stack, all))).toEqual([
    "another's",
    "up",
    "left over",
  ]);
  vi.unstubAllEnvs();
});
