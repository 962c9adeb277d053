import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Verdict } from "../../checks/engine/verdict";
import { runProgram } from "../../cli/program";
import { reportError } from "../../cli/report-error";
import { evidenceRoot } from "../../driver/stack/paths";
import { chooseRuns } from "../../report/compare/choose-runs";
import { readVerdict } from "../../report/compare/stored-run";
import { flannelRun, weaveRun } from "./compare.fixture";

const [onFlannel, onWeave] = [flannelRun().verdict, weaveRun().verdict];
const { values: _, ...beforeValues } = onFlannel;

let root: string;
beforeEach(() => {
  const state = mkdtempSync(path.join(tmpdir(), "cni-lab-compare-"));
  vi.stubEnv("XDG_STATE_HOME", state);
  root = evidenceRoot();
});
afterEach(() => {
  rmSync(path.dirname(path.dirname(root)), { recursive: true });
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Keeps a run; without a verdict it was cut short. @returns its folder */
function keep(stack: string, time: string, verdict?: Partial<Verdict>): string {
  const folder = path.join(root, stack, time);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "started.txt"), "");
  if (verdict !== undefined) writeFileSync(path.join(folder, "verdict.json"), JSON.stringify({ ...verdict, stack }));
  return folder;
}

const chosen = (...words: string[]) => {
  const { a, b, note } = chooseRuns(words, root);
  return [a.id, b.id, ...(note === undefined ? [] : [note])];
};

test("a run of a later lab can be read, without what it shows in a way that is not known here", () => {
  const [check] = onFlannel.checks.filter(({ reach }) => reach !== undefined);
  const later = { ...check, reach: { ...check?.reach, by: "pigeon" } };
  const folder = keep("flannel", "2026-11-25T10-00-00-000Z", { ...onFlannel, checks: [check, later] } as Verdict);
  expect(readVerdict(folder)).toMatchObject({ checks: [{ reach: check?.reach }, { reach: undefined }] });
});

describe("without a second run", () => {
  test("the last run and the last before it with other values are taken", () => {
    keep("confluence", "2026-11-25T10-00-00-000Z", onWeave);
    keep("confluence", "2026-11-25T11-00-00-000Z", onFlannel);
    keep("confluence", "2026-11-25T12-00-00-000Z", onWeave);
    keep("confluence", "2026-11-25T13-00-00-000Z", onWeave);
    keep("confluence", "2026-11-25T14-00-00-000Z");
    const latest = ["confluence@2026-11-25T11-00-00-000Z", "confluence@2026-11-25T13-00-00-000Z"];
    expect(chosen()).toEqual(latest);
    expect(chosen("confluence")).toEqual(latest);
    expect(chosen("confluence@11-00")).toEqual([
      "confluence@2026-11-25T10-00-00-000Z",
      "confluence@2026-11-25T11-00-00-000Z",
    ]);
  });

  test("of runs that kept no values, the CNI and what was expected tell", () => {
    keep("flannel", "2026-11-25T10-00-00-000Z", { ...beforeValues, expect: "symptom" });
    keep("flannel", "2026-11-25T11-00-00-000Z", beforeValues);
    keep("flannel", "2026-11-25T12-00-00-000Z", beforeValues);
    expect(chosen("flannel")).toEqual(["flannel@2026-11-25T10-00-00-000Z", "flannel@2026-11-25T12-00-00-000Z"]);
  });

  test("where none had other values, the last two are taken, and it is said", () => {
    for (const hour of [10, 11, 12]) keep("flannel", `2026-11-25T${hour}-00-00-000Z`, onFlannel);
    expect(chosen("flannel")).toEqual([
      "flannel@2026-11-25T11-00-00-000Z",
      "flannel@2026-11-25T12-00-00-000Z",
      "No earlier run of flannel had other values: these are the last two.",
    ]);
  });
});

describe("two runs", () => {
  test("are named by their stacks, their times or their folders", () => {
    const first = keep("flannel", "2026-11-25T10-00-00-000Z", onFlannel);
    keep("flannel", "2026-11-25T11-00-00-000Z", onFlannel);
    keep("weave", "2026-11-25T12-00-00-000Z", onWeave);
    const [one, other] = ["flannel@2026-11-25T10-00-00-000Z", "weave@2026-11-25T12-00-00-000Z"];
    expect(chosen("flannel", "weave")).toEqual(["flannel@2026-11-25T11-00-00-000Z", other]);
    expect(chosen("flannel@10-00", "weave@12")).toEqual([one, other]);
    expect(chosen("2026-11-25T10-00-00-000Z", "2026-11-25T12")).toEqual([one, other]);
    expect(chosen(first, "weave/2026-11-25T12-00-00-000Z")).toEqual([one, other]);
  });

  test("a whole name is that run, also where others begin with it", () => {
    for (const name of ["before", "before-2"]) keep("flannel", name, onFlannel);
    expect(chosen("flannel@before", "flannel@before-2")).toEqual(["flannel@before", "flannel@before-2"]);
  });

  test("may be cells of a matrix, and a folder that lies elsewhere", () => {
    keep("confluence", "2026-11-25T10-00-00-000Z/1-flannel", onFlannel);
    keep("confluence", "2026-11-25T10-00-00-000Z/2-weave", onWeave);
    const elsewhere = path.join(path.dirname(root), "kept");
    mkdirSync(elsewhere);
    writeFileSync(path.join(elsewhere, "verdict.json"), JSON.stringify(onWeave));
    expect(chosen("confluence@10-00/1-flannel", "confluence@10-00/2-weave")).toEqual([
      "confluence@2026-11-25T10-00-00-000Z/1-flannel",
      "confluence@2026-11-25T10-00-00-000Z/2-weave",
    ]);
    expect(chosen("confluence@10-00/1-flannel", elsewhere)[1]).toBe(elsewhere);
    expect(chooseRuns(["confluence@10-00/1-flannel", elsewhere], root).b.stack).toBe("weave");
  });
});

describe("what can't be compared is refused, with what there is", () => {
  beforeEach(() => {
    keep("flannel", "2026-11-25T10-00-00-000Z", onFlannel);
    keep("stale-pods", "2026-11-25T10-30-00-000Z");
    keep("confluence", "2026-11-25T11-00-00-000Z", onFlannel);
    keep("confluence", "2026-11-25T11-30-00-000Z", onWeave);
    keep("confluence", "2026-11-25T12-00-00-000Z");
    keep("confluence", "2026-11-25T13-00-00-000Z/1-flannel", onFlannel);
    writeFileSync(path.join(keep("multihomed", "2026-11-25T09-00-00-000Z"), "verdict.json"), '{"version":2}');
  });

  test.each([
    [["flanel"], /^RUN is "flanel": must be one of: confluence, flannel, .*; did you mean flannel\?$/],
    [["weave"], /^STACK is "weave": has no run yet; run \.\/lab up weave$/],
    [["test-weave"], /^STACK is "test-weave": has no run yet; run \.\/lab up test-weave$/],
    [["stale-pods"], /^STACK is "stale-pods": has no run that has ended; run \.\/lab check stale-pods$/],
    [
      ["flannel"],
      /^RUN is "flannel@.*": is the first run of flannel, and a comparison needs two; run \.\/lab check flannel, or \.\/lab up flannel --set /,
    ],
    [
      ["confluence@T11"],
      /^RUN is "confluence@T11": means 2 runs; name one: confluence@2026-11-25T11-00-00-000Z, confluence@2026-11-25T11-30-00-000Z$/,
    ],
    [
      ["confluence@09"],
      /^RUN is "confluence@09": is no run that was kept; name one: confluence@2026-11-25T11-00-00-000Z, /,
    ],
    [
      ["confluence@12-00"],
      /^RUN is "confluence@12-00": has no verdict: its checks were cut short, or are still running; /,
    ],
    [["confluence@13-00"], /^RUN is "confluence@13-00": is a matrix of runs; name one of its cells: 1-flannel; /],
    [["confluence@13-00/2-weave"], /^RUN is .*: is not the folder of a run; /],
    [
      ["multihomed@09"],
      /^RUN is "multihomed@09": has a verdict.json that can't be read: version: Invalid input: expected 1; /,
    ],
    [
      ["/dev/null/x"],
      /^RUN is "\/dev\/null\/x": must be a folder; name the folder that a run called its evidence, or STACK@TIME$/,
    ],
    [
      ["flannel", "flannel@10"],
      /^RUN is "flannel@10": is the same run as flannel; name STACK@TIME, or one word only: /,
    ],
    [["flannel", "flannel"], /^RUN is "flannel": must be another run than the first; /],
  ])("%j", async (words, message) => {
    const lines: string[] = [];
    const exitCode = await runProgram(["compare", ...words]).catch((error) =>
      reportError(error, (line) => lines.push(line)),
    );
    expect(lines).toEqual([expect.stringMatching(/^lab: /)]);
    expect(lines[0]?.slice("lab: ".length)).toMatch(message);
    expect(exitCode).toBe(2);
  });

  test("where nothing was ever run, the first word is ./lab up", () => {
    rmSync(root, { recursive: true });
    expect(() => chooseRuns([], root)).toThrow('STACK is "confluence": has no run yet; run ./lab up confluence');
    expect(() => chooseRuns(["nonsense"], root)).toThrow('RUN is "nonsense": is not known, and there is none yet');
    mkdirSync(root, { recursive: true });
  });
});

test("runs that differ are no failure; the page lies with the second one, for its owner only", async () => {
  keep("flannel", "2026-11-25T10-00-00-000Z", onFlannel);
  const second = keep("weave", "2026-11-25T12-00-00-000Z", onWeave);
  writeFileSync(path.join(root, "flannel/2026-11-25T10-00-00-000Z/report.html"), "");
  const said: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line) => said.push(line));
  expect(await runProgram(["compare", "flannel", "weave"])).toBe(0);
  const file = path.join(second, "compare-flannel-2026-11-25T10-00-00-000Z.html");
  expect(said.at(-1)).toBe(`\npage: ${file}`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const html = readFileSync(file, "utf8");
  expect(html).toContain('<a href="../../flannel/2026-11-25T10-00-00-000Z/report.html">');
  expect(html).not.toContain('href="report.html"');
});

test("as JSON nothing else is printed, and nothing is written", async () => {
  keep("flannel", "2026-11-25T10-00-00-000Z", onFlannel);
  const second = keep("weave", "2026-11-25T12-00-00-000Z", onWeave);
  let printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  expect(await runProgram(["compare", "flannel", "weave", "--json"])).toBe(0);
  expect(JSON.parse(printed)).toMatchObject({ a: { stack: "flannel" }, b: { stack: "weave", folder: second } });
  expect(() => statSync(path.join(second, "compare-flannel-2026-11-25T10-00-00-000Z.html"))).toThrow("ENOENT");
});
