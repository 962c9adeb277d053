// Functions that run in the browser.
/// <reference lib="dom" />
import { describe, expect, test } from "vitest";
import { compareRuns } from "../../report/compare/compare-runs";
import { comparePage } from "../../report/page/comparison/page";
import { evidenceOfBoth, flannelRun, weaveRun } from "../unit/compare.fixture";
import { openAll, Pages, testPage } from "./pages";

const [a, b] = [flannelRun(), weaveRun()];
const pages = new Pages({
  unlike: comparePage(compareRuns(a, b), evidenceOfBoth(a, b), { a: "report.html" }),
  alike: comparePage(compareRuns(a, a), evidenceOfBoth(a, a), {}),
});

describe.each(pages.names)("the page of two runs that are %s", (name) => {
  testPage(pages, name);
});

test("the two sides stand beside each other, and on a phone the one above the other", async () => {
  for (const [width, isBeside] of [
    [1280, true],
    [360, false],
  ] as const) {
    await pages.open("unlike", { width }, async (page) => {
      await openAll(page);
      const [left, right] = await page.locator("#pair-nodes-ready .sides").last().locator(":scope > div").all();
      const [one, other] = [await left?.boundingBox(), await right?.boundingBox()];
      if (one == null || other == null) throw new Error("a side is not drawn");
      expect(one.x < other.x && one.y === other.y).toBe(isBeside);
      expect(one.y + one.height <= other.y).toBe(!isBeside);
      expect(other.x + other.width).toBeLessThanOrEqual(width);
    });
  }
});

test("a check in the table leads to its evidence, which opens", async () => {
  await pages.open("unlike", {}, async (page) => {
    const details = page.locator("details.check", { has: page.locator("#pair-nodes-ready") });
    await details.evaluate((each) => each.removeAttribute("open"));
    await page.locator('a[href="#pair-nodes-ready"]').click();
    await expect.poll(() => details.getAttribute("open")).toBe("");
    expect(await page.locator("#pair-nodes-ready").isVisible()).toBe(true);
  });
});
