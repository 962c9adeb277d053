import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import {
  generationOf,
  isAsleep,
  lanGeneration,
  lanOwner,
  missingParts,
  ownerIn,
  readStanding,
  readThings,
  type StackStanding,
  standingLine,
} from "../../components/cluster/standing";

const node = (name: string) => ({ name, container: `c-${name}` });
const parts = { lan: "lan", nodes: [node("n1"), node("n2"), node("n3")], image: "l/node:1" };

/** What there is, each with its generation. */
function standing(
  containers: Record<string, string>,
  networks: Record<string, string> = {},
  { image = "l/node:1", running = true } = {},
): StackStanding {
  const things = <T>(all: Record<string, string>, more: T) =>
    Object.fromEntries(Object.entries(all).map(([name, generation]) => [name, { generation, owner: "", ...more }]));
  return {
    fresh: "new",
    owner: "file:///own",
    containers: things(containers, { image, running }),
    networks: things(networks, {}),
  };
}

/** A whole cluster of three nodes. */
const cluster = (how: { image?: string; running?: boolean } = {}) =>
  standing({ "c-n1": "", "c-n2": "b", "c-n3": "c" }, { lan: "a" }, how);

describe("the generation of the LAN, with which the whole cluster goes,", () => {
  test.each<[string, StackStanding, string]>([
    ["is a new one where nothing is there", standing({}), "new"],
    ["stays with the control plane", standing({ "c-n1": "", "c-n2": "b" }, { lan: "a" }), "a"],
    ["stays where workers are gone", standing({ "c-n1": "" }, { lan: "a" }), "a"],
    ["stays none on what was made before there were generations", standing({ "c-n1": "" }, { lan: "" }), ""],
    ["is a new one without the control plane", standing({ "c-n2": "b", "c-n3": "c" }, { lan: "a" }), "new"],
    ["is a new one where the LAN is gone", standing({ "c-n1": "" }), "new"],
    ["is a new one where the control plane is of another image", cluster({ image: "l/node:0" }), "new"],
    ["stays where the engine names the image by its id", cluster({ image: "sha256:0" }), "a"],
  ])("%s", (_, found, generation) => {
    expect(lanGeneration(found, parts)).toBe(generation);
  });
});

test("what is there keeps its owner, none is one too, and what is made now is its maker's", () => {
  const there = { a: { generation: "", owner: "o" }, b: { generation: "", owner: "" } };
  expect(["a", "b", "c"].map((name) => ownerIn(there, name, "own"))).toEqual(["o", "", "own"]);
});

test("the owner of the LAN stays with the control plane, and is its maker where the cluster is made anew", () => {
  expect(lanOwner(standing({ "c-n1": "" }, { lan: "" }), parts)).toBe("");
  expect(lanOwner(standing({ "c-n2": "" }, { lan: "" }), parts)).toBe("file:///own");
  expect(lanOwner(standing({}), parts)).toBe("file:///own");
});

test("a container keeps its generation, none is one too, and what is not there gets a new one", () => {
  const { containers, fresh } = standing({ a: "1", b: "" });
  expect(["a", "b", "c"].map((name) => generationOf(containers, name, fresh))).toEqual(["1", "", "new"]);
});

describe("what is missing", () => {
  const worker = (name: string) => `${name} (the container c-${name}) is not there: it is recreated, and joins`;
  const whole = "n1 (the container c-n1), the control plane, is not there: the whole cluster is recreated";
  test.each<[string, StackStanding, string[]]>([
    ["is nothing of a new cluster", standing({}), []],
    ["is nothing of a whole one", standing({ "c-n1": "", "c-n2": "", "c-n3": "" }, { lan: "" }), []],
    ["is a worker", standing({ "c-n1": "", "c-n3": "" }, { lan: "" }), [worker("n2")]],
    ["are two workers", standing({ "c-n1": "" }, { lan: "" }), [worker("n2"), worker("n3")]],
    ["is the control plane", standing({ "c-n2": "", "c-n3": "" }, { lan: "" }), [whole]],
    ["is every node", standing({}, { lan: "a" }), [whole]],
    [
      "is the image of the control plane",
      cluster({ image: "l/node:0" }),
      ["n1 (the container c-n1) runs another node image than this version's: the whole cluster is recreated"],
    ],
  ])("%s", (_, found, sentences) => {
    expect(missingParts(found, parts)).toEqual(sentences);
  });
});

test("a control plane is asleep where it is there and does not run", () => {
  const asleep = [standing({}), cluster(), cluster({ running: false })].map((found) =>
    isAsleep(found, { container: "c-n1" }),
  );
  expect(asleep).toEqual([false, false, true]);
});

describe("what podman tells", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cni-lab-standing-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the command line with a podman that is this program. */
  function run(program: string) {
    writeFileSync(join(folder, "podman"), `#!/bin/sh\n${program}\n`);
    chmodSync(join(folder, "podman"), 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    return spawnSync("sh", ["-c", standingLine(podman, "flannel")], { env, encoding: "utf8" });
  }

  test("is read with names, generations and a new one, which is another each time", () => {
    const program = `
[ "$*" != "ps --all --filter label=cni-lab.stack=flannel --format json" ] || cat <<'END'
[
  { "Names": ["a"], "Id": "1", "Image": "l/node:1", "State": "running", "Labels": { "cni-lab.stack": "flannel", "cni-lab.generation": "1a2b", "cni-lab.owner": "o" } },
  { "Names": ["b"], "Id": "2", "Image": "l/node:1", "State": "exited", "Labels": { "cni-lab.stack": "flannel" } }
]
END
[ "$*" != "network ls --format json" ] || cat <<'END'
[
  { "name": "lan", "labels": { "cni-lab.stack": "flannel" } },
  { "name": "lan-2", "labels": { "cni-lab.stack": "lan-2", "cni-lab.owner": "o" } },
  { "name": "lan-3", "labels": null },
  { "name": "podman" }
]
END`;
    const printed = run(program).stdout;
    const found = readStanding(podman, printed, "flannel", "own");
    expect(found).toEqual({
      fresh: expect.stringMatching(/^[0-9a-f]{8}$/),
      owner: "own",
      containers: {
        a: { generation: "1a2b", owner: "o", image: "l/node:1", running: true },
        b: { generation: "", owner: "", image: "l/node:1", running: false },
      },
      networks: { lan: { generation: "", owner: "" } },
    });
    expect(readStanding(podman, run(program).stdout, "flannel", "own").fresh).not.toBe(found.fresh);
    expect(readThings(podman, printed, "flannel", ["lan-2", "lan-3"])).toEqual([
      { kind: "container", name: "a", id: "1", stack: "flannel", owner: "o" },
      { kind: "container", name: "b", id: "2", stack: "flannel", owner: "" },
      { kind: "network", name: "lan", stack: "flannel", owner: "" },
      { kind: "network", name: "lan-2", stack: "lan-2", owner: "o" },
      { kind: "network", name: "lan-3", stack: undefined, owner: "" },
    ]);
  });

  test.each(["ps", "network"])("is an error where %s is one", (beginning) => {
    const ran = run(`[ "$1" != ${beginning} ] || { echo "no answer" >&2; exit 125; }\necho '[]'`);
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([125, "", "no answer\n"]);
  });
});
