import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checksFor } from "../../checks/engine/checks-for";
import type { Check } from "../../checks/language/check";
import { valuesInForce } from "../../driver/values/settings";
import { labIds, loadLab, loadLabs } from "../../labs";
import { expectedState, type Lab, takes, tellingChecks } from "../../labs/format/lab-data";
import { labProblems } from "../../labs/format/validate";
import { describeProblem } from "../../lib/user-error";
import { parseLabConfig } from "../../stacks/schema";
import { checkOf, labOf } from "./checks.fake";

const problems = (lab: Lab, folder = "test") => labProblems(lab, folder).map(describeProblem);
const checkProblems = (changes: Partial<Check>) => problems(labOf([checkOf(changes)]));
const at = "lab test checks.healthy says-yes";

describe("the labs", () => {
  it("are found by their folders, and their data is whole", async () => {
    expect(labIds()).toContain("flannel");
    expect((await loadLabs()).map((lab) => lab.id)).toEqual(labIds());
  });

  it("hold values that a stack may be set to", async () => {
    for (const lab of await loadLabs()) {
      for (const set of [{}, ...(lab.broken ?? []), ...(lab.fixed ?? [])]) {
        expect(() => parseLabConfig({ ...lab.values, ...set }), lab.id).not.toThrow();
      }
    }
  });

  it("tell kubectl its command first: it takes most options after that alone", async () => {
    for (const { id, checks } of await loadLabs()) {
      const all = Object.values(checks).flatMap((some) => some ?? []);
      const asked = all.flatMap(({ steps, evidence }) => [...steps, ...evidence]).filter(({ at }) => at === "kubectl");
      for (const { run } of asked) expect(run[0], `${id}: ${run.join(" ")}`).toMatch(/^([a-z]+|--namespace|-n)$/);
    }
  });

  it("have one check at most on a topic, and a counterpart of it somewhere", async () => {
    const labs = await loadLabs();
    const ids = new Map<string, Set<string>>();
    for (const lab of labs) {
      for (const set of [{}, ...(lab.broken ?? []), ...(lab.fixed ?? [])]) {
        for (const state of ["healthy", "symptom"] as const) {
          if (lab.checks[state] === undefined) continue;
          const inForce = valuesInForce(lab.values, set);
          const topics = checksFor(lab, state, inForce).flatMap(({ id, topic }) =>
            topic === undefined ? [] : [{ id, topic }],
          );
          expect(
            topics.map(({ topic }) => topic),
            `${lab.id} ${state}`,
          ).toEqual([...new Set(topics.map(({ topic }) => topic))]);
          for (const { id, topic } of topics) ids.set(topic, (ids.get(topic) ?? new Set()).add(id));
        }
      }
    }
    for (const [topic, own] of ids) expect(own.size, topic).toBeGreaterThan(1);
  });

  it("are named when another is asked for", async () => {
    await expect(loadLab("fannel")).rejects.toThrow(/^stack is "fannel": must be one of the labs: .*flannel/);
  });
});

describe("a folder of labs", () => {
  // Below the repository, as vitest compiles nothing outside; ignored by git.
  const dist = join(__dirname, "../../dist");
  mkdirSync(dist, { recursive: true });
  const root = mkdtempSync(join(dist, "labs-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const add = (id: string, text: string) => {
    mkdirSync(join(root, id));
    writeFileSync(join(root, id, "lab.ts"), text);
  };

  it("is loaded with all that is wrong in it named together", async () => {
    add(
      "one",
      `export const lab = { id: "two", title: "", minutes: 0, memoryMiB: 1, values: {}, checks: { healthy: [] } };`,
    );
    add("three", `export const other = 1;`);
    mkdirSync(join(root, "no-lab"));
    expect(labIds(root)).toEqual(["one", "three"]);
    await expect(loadLabs(root)).rejects.toThrow(
      [
        'lab one id is "two": must be the name of its folder; rename one',
        'lab one minutes is "0": must be more than 0',
        "lab one checks.healthy: must hold at least one check: an empty list would always hold",
        "labs/three/lab.ts: must export its data as `lab`",
      ].join("\n"),
    );
  });
});

describe("a lab's data", () => {
  const bug: Partial<Lab> = {
    bug: "b",
    symptom: "s",
    broken: [{ cni: "none" }, { cni: "flannel", nodes: "2" }],
    fixed: [{ nodes: "3" }],
    checks: { healthy: [checkOf()], symptom: [checkOf({ id: "says-no" })] },
  };

  it("has a bug with everything that belongs to it, or none", () => {
    expect(problems(labOf([checkOf()]))).toEqual([]);
    expect(problems(labOf([], bug))).toEqual([]);
    expect(problems(labOf([], { ...bug, fixed: [], symptom: undefined }))).toEqual([
      "lab test symptom, fixed: must be given as well, as bug, broken, checks.symptom is; give all of them, or none for a lab without a bug",
    ]);
    expect(problems(labOf([], { ...bug, broken: [{}] }))).toEqual([
      "lab test broken: must set at least one value in its last set: it is how a broken stack is recognised",
    ]);
  });

  it("has a check that shows its bug, and not merely what holds in both states", () => {
    const refused = [
      "lab test checks.symptom: must hold a check that health has not and that is no other's control: what passes in both states shows no bug",
    ];
    const symptom = (...checks: Check[]) => labOf([], { ...bug, checks: { healthy: [checkOf()], symptom: checks } });
    const control = checkOf({ id: "there" });
    const telling = checkOf({ id: "says-no", controls: { positive: ["there"] } });
    expect(problems(symptom(checkOf()))).toEqual(refused);
    expect(problems(symptom(checkOf({ controls: { positive: ["there"] } }), control))).toEqual(refused);
    expect(problems(symptom(control, telling))).toEqual([]);
    expect(tellingChecks(symptom(control, telling)).map(({ id }) => id)).toEqual(["says-no"]);
  });

  it("tells what it takes", () => {
    expect(takes(labOf([], { minutes: 1, memoryMiB: 950 }))).toBe("about 1 minute and 0.9 GiB of memory");
    expect(takes(labOf([], { minutes: 2, memoryMiB: 1150 }))).toBe("about 2 minutes and 1.1 GiB of memory");
  });

  it("expects the symptom with its last broken values in force, and health with anything else", () => {
    const lab = labOf([], bug);
    expect(expectedState(lab, { cni: "flannel", nodes: "2", podCidr: "10.0.0.0/8" })).toBe("symptom");
    expect(expectedState(lab, { cni: "flannel", nodes: "3" })).toBe("healthy");
    expect(expectedState(lab, { cni: "none" })).toBe("healthy");
    expect(expectedState(labOf([]), {})).toBe("healthy");
  });
});

describe("a check's data", () => {
  it.each<[string, Partial<Check>, string]>([
    [
      "a name",
      { id: "Not Good" },
      'lab test checks.healthy Not Good id is "Not Good": must be lower-case letters, digits and single dashes',
    ],
    ["a step", { steps: [] }, `${at} steps: must hold at least one step`],
    ["a matcher", { expect: [] }, `${at} expect: must hold at least one matcher: it would hold whatever is seen`],
    [
      "a value that is read",
      { expect: [{ value: "wrd", equals: "yes" }] },
      `${at} expect is "wrd": must be one of the values read: word`,
    ],
    [
      "a step to read from",
      { read: { word: { from: "x", pattern: /x/ } } },
      `${at} read.word.from is "x": must be one of its steps: ask`,
    ],
    [
      "a time",
      { timing: { bySeconds: 0, everySeconds: 1 } },
      `${at} timing.bySeconds is "0": must be more than 0 seconds`,
    ],
    [
      "a place of its subjects",
      { steps: [{ id: "ask", at: "to.pod", run: ["x"] }] },
      `${at} ask.at is "to.pod": must be a place of subjects "node": kubectl, dhcp-server, dhcp-log, node, pod, static, leased`,
    ],
    [
      "a foreground end",
      { steps: [{ id: "ask", at: "node", run: ["x"], background: true }] },
      `${at} steps is "ask": must not end with a background step`,
    ],
    [
      "steps to read from, each of them",
      { read: { word: { from: ["ask", "x"], pattern: /x/ } } },
      `${at} read.word.from is "x": must be one of its steps: ask`,
    ],
    [
      "no change where subjects are compared",
      {
        change: [{ id: "set", at: "node", run: ["x"] }],
        expect: [{ value: "word", distinct: true }],
      },
      `${at} expect is "distinct": must not be asked of a check that changes something: comparing means looking again`,
    ],
    [
      "a change, where it has something to restore",
      { restore: [{ id: "wait", at: "node", run: ["x"] }] },
      `${at} restore: must not be there without a change`,
    ],
    [
      "places of its subjects in what it changes too",
      { change: [{ id: "set", at: "from.static", run: ["x"] }] },
      `${at} set.at is "from.static": must be a place of subjects "node": kubectl, dhcp-server, dhcp-log, node, pod, static, leased`,
    ],
    [
      "something to say of who reaches whom where it sends packets",
      { steps: [{ id: "ask", at: "pod", run: ["sh", "-c", "ping -c 1 10.244.1.3"] }] },
      `${at} reach: must be given, as its step ask sends packets: what that shows of who reaches whom, or why nothing`,
    ],
    [
      "nothing to say of that where it sends none",
      { reach: { none: "x" } },
      `${at} reach: must not be there: none of its steps sends packets`,
    ],
    [
      "a value that counts what arrived",
      {
        subjects: "node-pair",
        steps: [{ id: "ask", at: "from.pod", run: ["ping", "10.244.1.3"] }],
        says: { holds: "x", fails: "x" },
        reach: { between: "pods", by: "ping", sent: 3, arrived: "received" },
      },
      `${at} reach.arrived is "received": must be one of the values read: word`,
    ],
    [
      "two ends where it says who reaches whom",
      {
        steps: [{ id: "ask", at: "pod", run: ["ping", "10.244.1.3"] }],
        reach: { between: "pods", by: "ping", sent: 3, arrived: "word" },
      },
      `${at} reach is "node": must not be there: its subjects are no pairs`,
    ],
    [
      "evidence for its causes",
      { causes: [{ evidence: "links", pattern: /x/, says: "x" }] },
      `${at} causes is "links": must be one of its evidence steps: none`,
    ],
    [
      "ids that differ",
      { evidence: [{ id: "ask", at: "node", run: ["x"] }] },
      `${at} steps and evidence is "ask": must be there once`,
    ],
    [
      "controls that exist",
      { controls: { negative: ["other"] } },
      `${at} controls is "other": must be another check of the same list`,
    ],
    [
      "a positive control for silence",
      { timing: { throughoutSeconds: 1, everySeconds: 1 } },
      `${at} controls.positive: must name a check: that something was not seen counts only where the same way of looking sees what is there`,
    ],
  ])("has %s", (_, changes, message) => {
    expect(checkProblems(changes)).toEqual([message]);
  });

  it("has only placeholders that its subjects have", () => {
    const changes: Partial<Check> = {
      steps: [{ id: "ask", at: "node", run: ["sh", "-c", "x {from.ip} {.status} $({node} {1})"] }],
      expect: [{ value: "word", equals: "{value.word}{value.other}" }],
      evidence: [{ id: "links", at: "node", run: ["{ip}"] }],
      causes: [{ evidence: "links", pattern: /(?<link>x)/, says: "{found.link} {found.other}" }],
    };
    expect(checkProblems(changes).map((line) => line.slice(at.length + 1, line.indexOf(": must")))).toEqual([
      'ask.run is "{from.ip}"',
      'expect is "{value.other}"',
      'causes is "{found.other}"',
    ]);
  });

  it("does not wait for a check that changes something, as that one waits for all others", () => {
    const change = [{ id: "set", at: "node", run: ["x"] }] as const;
    const controlled = checkOf({ id: "a", controls: { positive: ["b"] } });
    expect(problems(labOf([controlled, checkOf({ id: "b", change })]))).toEqual([
      'lab test checks.healthy a controls.positive is "b": must not change anything: what changes runs when all others have ended',
    ]);
  });

  it("is there once, and does not wait for itself", () => {
    const a = checkOf({ id: "a", controls: { positive: ["b"] } });
    const b = checkOf({ id: "b", controls: { positive: ["a"] } });
    expect(problems(labOf([a, b, checkOf(), checkOf()]))).toEqual([
      'lab test checks.healthy is "says-yes": must be there once',
      "lab test checks.healthy a controls.positive: must not lead back to the check itself",
      "lab test checks.healthy b controls.positive: must not lead back to the check itself",
    ]);
  });
});
