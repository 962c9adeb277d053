import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { moments } from "../live/swap-cells";
import { isMoment, type PodFact, restsOn, type SwapFacts, untilSeen } from "../live/swap-moments";

const way = { from: "flannel", to: "weave" } as const;
const ready = { leaving: false, complete: true };
const pod = (cni: PodFact["cni"], rest: Partial<PodFact> = {}): PodFact => ({
  node: "n2",
  cni,
  leaving: false,
  ...rest,
});
const elsewhere = pod("flannel", { node: "n1" });
const idle = { handover: [], clean: [] };

const before = {
  desired: "flannel",
  daemonSets: { flannel: ready },
  pods: [pod("flannel"), pod("flannel"), elsewhere],
  node: { conflists: ["flannel"], inForce: "flannel", scripts: idle },
} as const satisfies SwapFacts;
const arrived = { ...before, desired: "weave", daemonSets: { flannel: ready, weave: ready } } as const;
const beside = { ...before.node, conflists: ["flannel", "weave"] } as const;
const moved = { ...beside, inForce: "weave" } as const;
const handing = { ...moved, scripts: { ...idle, handover: ["flannel"] } } as const;
const newPods = [pod("weave"), pod("weave"), elsewhere];
const gone = { ...arrived, daemonSets: { weave: ready }, pods: newPods } as const;

/** What is seen in a swap, in its order, and the moment that it is. */
const course: readonly (readonly [string, SwapFacts, (typeof moments)[number] | undefined])[] = [
  ["before", before, undefined],
  ["the wish is another one", { ...before, desired: "weave" }, undefined],
  [
    "its DaemonSet is there",
    { ...arrived, daemonSets: { flannel: ready, weave: { leaving: false, complete: false } } },
    "new-applied",
  ],
  ["it is ready", { ...arrived, node: beside }, "new-ready"],
  ["the first node's handover begins", { ...arrived, node: handing }, undefined],
  [
    "its first pod leaves",
    { ...arrived, node: handing, pods: [pod("flannel", { leaving: true }), pod("flannel"), elsewhere] },
    "first-node-moving",
  ],
  [
    "another takes its place, without an address yet",
    { ...arrived, node: handing, pods: [pod(undefined), pod("flannel"), elsewhere] },
    undefined,
  ],
  ["it has one", { ...arrived, node: handing, pods: [pod("weave"), pod("flannel"), elsewhere] }, "first-node-moving"],
  ["the last pod is there, and is not Ready", { ...arrived, node: handing, pods: newPods }, undefined],
  ["the handover has ended", { ...arrived, node: moved, pods: newPods }, "first-node-moved"],
  [
    "the old DaemonSet leaves",
    { ...gone, node: moved, daemonSets: { flannel: { leaving: true, complete: false }, weave: ready } },
    undefined,
  ],
  ["it has gone", { ...gone, node: moved }, "old-deleted"],
  ["the clean-up begins", { ...gone, node: { ...moved, scripts: { ...idle, clean: ["flannel"] } } }, undefined],
  [
    "it has taken the conflist",
    { ...gone, node: { ...moved, conflists: ["weave"], scripts: { ...idle, clean: ["flannel"] } } },
    "mid-clean",
  ],
  ["after", { ...gone, pods: [pod("weave")], node: { ...moved, conflists: ["weave"] } }, undefined],
];

describe("the moments of a swap", () => {
  test.each(course)("%s", (_, seen, moment) => {
    expect(moments.filter((each) => isMoment[each](seen, way))).toEqual(moment === undefined ? [] : [moment]);
  });

  test("none is taken for one of a node that does not run, but what only the API server tells", () => {
    const dead = course.map(([, seen]) => ({ ...seen, node: undefined }));
    expect(moments.filter((each) => dead.some((seen) => isMoment[each](seen, way)))).toEqual(["new-applied"]);
  });

  test("a cluster rests before and after a swap, and nowhere between", () => {
    const resting = course.filter(([, seen]) => restsOn(seen) !== undefined).map(([name]) => name);
    expect(resting).toEqual(["before", "after"]);
    expect(course.map(([, seen]) => restsOn(seen)).at(-1)).toBe("weave");
  });
});

describe("waiting", () => {
  const seconds = 60;

  test("ends when it is so, also where nothing could be seen first", async () => {
    const seen = [undefined, 1, 2, 3];
    const look = async () => seen.shift();
    await expect(untilSeen("two", look, (n) => (n === 2 ? "found" : undefined), { seconds, pause: 0 })).resolves.toBe(
      "found",
    );
  });

  test("what did not come says so, with what was seen last", async () => {
    const never = () => undefined;
    const waiting = { seconds, over: () => "the update had ended with 0" };
    await expect(untilSeen("the moment", async () => ({ pods: 3 }), never, waiting)).rejects.toThrow(
      'the moment did not come: the update had ended with 0; last seen: {"pods":3}',
    );
    await expect(untilSeen("it", async () => undefined, never, { seconds: -1 })).rejects.toThrow(
      "it did not come: not within -1 s; last seen: nothing",
    );
  });

  test("what came with the end is seen still", async () => {
    let ended = false;
    const look = async () => {
      ended = true;
      return 1;
    };
    const over = () => (ended ? "over" : undefined);
    await expect(untilSeen("it", look, (n) => n, { seconds, over })).resolves.toBe(1);
  });
});

describe("tests of a cluster and of the engine", () => {
  const folder = path.resolve(__dirname, "..");
  const files = ["live", "engine"].flatMap((kind) =>
    readdirSync(path.join(folder, kind)).map((name) => path.join(kind, name)),
  );
  const holding = (pattern: RegExp) =>
    files.filter((file) => pattern.test(readFileSync(path.join(folder, file), "utf8")));

  test("follow nothing that a command prints to learn when to do something", () => {
    const following = holding(/createInterface|std(out|err)\)?\??\.(on|once)\(|\.all\.(on|once)\(|for await \(/);
    // One shows it, one talks with a program that answers by lines, one keeps it until the command has ended.
    expect(following).toEqual(["live/lab.ts", "engine/meter.prober.test.ts", "engine/support.ts"]);
  });

  test("learn what an update did from its events, not from the numbers in its display", () => {
    const count = /toMatch\(\/[\\+~-]* ?(\d+|\\d) (to create|to update|created|updated|replaced|deleted|unchanged)/;
    // There the display itself is what the test is about.
    expect(holding(count)).toEqual(["engine/cli.stack.test.ts"]);
  });
});
