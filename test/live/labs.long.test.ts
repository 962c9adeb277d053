import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CheckVerdict, Verdict } from "../../checks/engine/verdict";
import type { Expectation } from "../../checks/language/values";
import { loadLabs } from "../../labs";
import { type Lab, tellingChecks } from "../../labs/format/lab-data";
import { commandsOfPage } from "../readme";
import { LabUnderTest, type Ran } from "./lab";
import { testDown, testPage } from "./parts";

/** Whose pages the tests of their own run already, cure and all. */
const pagesRunElsewhere: readonly string[] = ["confluence", "dhcp-no-daemon"];

/** Of each check's deadline: the stack has settled, as all that is expected of it was seen a moment before. */
const deadlineFactor = "0.1";

const labs = (await loadLabs()).filter(({ bug }) => bug !== undefined);

// A cluster for each: to mend one lab before the next takes as long as a new cluster does. Two side by side, as most of
// the time is waiting.
const lanes = [0, 1].map((lane) => labs.filter((_, i) => i % 2 === lane));

describe.concurrent.each(lanes)("lane %#", (...lane) => {
  describe.sequential.each(lane)("lab $id", testLab);
});

/** Takes a lab from its bug to its cure and back, with every command of its page. */
function testLab(data: Lab): void {
  const { id } = data;
  const page = pagesRunElsewhere.includes(id) ? [] : commandsOfPage(id);
  const turn = page.findLast(({ command }) => /^\.\/lab (fix|break) /.test(command))?.command;
  const lab = new LabUnderTest(id);
  let up: Ran;

  beforeAll(async () => {
    up = await lab.run("up", lab.stack);
  });

  afterAll(async () => {
    await lab.end();
  });

  /** Expects what is not so: the checks must see that, and not merely be unable to tell. */
  async function expectRefused(expected: Expectation): Promise<readonly CheckVerdict[]> {
    const asked = ["--expect", expected, "--deadline-factor", deadlineFactor, "--json"];
    const { exitCode, stdout } = await lab.run("check", lab.stack, ...asked);
    const { lab: checked, expect: judged, checks } = JSON.parse(stdout) as Verdict;
    expect({ exitCode, checked, judged }).toEqual({ exitCode: 1, checked: id, judged: expected });
    expect(checks.filter(({ outcome }) => outcome === "failed").map(({ id: check }) => check)).not.toEqual([]);
    return checks;
  }

  test("up brings the bug about, and every check of it holds", () => {
    expect(up.exitCode).toBe(0);
  });

  test("while broken, the checks of health refuse", async () => {
    await expectRefused("healthy");
  });

  // A page begins with the stack as it is now, and most mend it on their way.
  if (page.length > 0) testPage(lab, id, { page });

  if (turn?.startsWith("./lab fix ") !== true) {
    test("fix mends it, and every check of health holds", async () => {
      expect((await lab.run("fix", lab.stack)).exitCode).toBe(0);
    });
  }

  test("once fixed, the checks of the bug refuse, and none that shows the bug itself holds", async () => {
    const checks = await expectRefused("symptom");
    const telling = new Set(tellingChecks(data).map((check) => check.id));
    const hold = checks.filter((check) => telling.has(check.id) && check.outcome === "passed");
    expect(hold.map((check) => check.id)).toEqual([]);
  });

  test("break brings it about again, and every check of it holds", async () => {
    expect((await lab.run("break", lab.stack)).exitCode).toBe(0);
  });

  testDown(lab);
}
