// Functions that run in the browser.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { describe, expect, test } from "vitest";
import type { PageModel } from "../../report/page/model";
import { page as render } from "../../report/page/page";
import {
  flannelNode,
  flannelTopology,
  flannelVerdict,
  isDown,
  multihomedTopology,
  outage,
  pageModel,
  swappingTopology,
  weaveTopology,
} from "../unit/page.fixture";
import { Pages, testPage } from "./pages";

const n2Down = flannelNode(1, {
  links: (links) => links.map((link) => (link.ifname === "flannel.1" ? { ...link, ...isDown } : link)),
});
const models: Readonly<Record<string, PageModel>> = {
  healthy: pageModel(flannelTopology(), flannelVerdict()),
  broken: pageModel(
    flannelTopology({ nodes: [flannelNode(0), n2Down, flannelNode(2)] }),
    flannelVerdict((from, to) => ([from, to].includes("n2") ? ["flannel.1 is down on n2"] : undefined)),
  ),
  lossy: pageModel(
    flannelTopology(),
    flannelVerdict((from, to) => (`${from}${to}` === "n1n3" ? [] : undefined)),
  ),
  symptom: pageModel(multihomedTopology([true, false, true]), { ...flannelVerdict(), expect: "symptom" }),
  swapped: pageModel(weaveTopology(), flannelVerdict(), { outage: outage() }),
  swapping: pageModel(swappingTopology(), flannelVerdict()),
};

const pages = new Pages(Object.fromEntries(Object.entries(models).map(([name, model]) => [name, render(model)])));

describe.each(pages.names)("the page of a run that is %s", (name) => {
  testPage(pages, name);

  test("has a picture that keeps its size, so that it can be read, in a place that shows a part of it", async () => {
    await pages.open(name, {}, async (page) => {
      for (const width of [320, 360, 768, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const [picture = 0, place] = await page.evaluate(() => [
          document.querySelector("svg.topology")?.getBoundingClientRect().width,
          document.querySelector("svg.topology")?.parentElement?.clientWidth,
        ]);
        expect(picture).toBeGreaterThan(1000);
        expect(place).toBeLessThanOrEqual(width);
      }
    });
  });

  test("has names for what it draws", async () => {
    await pages.open(name, {}, async (page) => {
      const pictures = await page.$$eval("svg", (all) =>
        all.map((svg) =>
          (svg.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent),
        ),
      );
      expect(pictures.length).toBeGreaterThan(0);
      expect(pictures.flat().every((text) => (text ?? "").length > 10)).toBe(true);
    });
  });
});

test.each(pages.names)("text in the picture of %s stays inside its box, and clear of other text", async (name) => {
  const [outside, over] = await pages.open(name, {}, (page) =>
    page.$eval("svg.topology", (svg) => {
      const at = (element: Element) => element.getBoundingClientRect();
      const outside = [...svg.querySelectorAll(".part")].flatMap((part) => {
        const box = part.querySelector("rect");
        return [...part.querySelectorAll("text")].filter(
          (text) => box === null || at(text).left < at(box).left || at(text).right > at(box).right,
        );
      });
      const texts = [...svg.querySelectorAll("text")].filter((text) => text.closest(".badge") === null);
      const over = texts.filter((text, i) =>
        texts.some((other, j) => {
          const [a, b] = [at(text), at(other)];
          // Lines of text may share the room above and below their letters.
          return j > i && a.right > b.left && b.right > a.left && a.bottom > b.top + 3 && b.bottom > a.top + 3;
        }),
      );
      return [outside, over].map((all) => all.map(({ textContent }) => textContent));
    }),
  );
  expect(outside).toEqual([]);
  expect(over).toEqual([]);
});

test("the broken hop is red, in both schemes, and its number is that of its line", async () => {
  for (const scheme of ["light", "dark"] as const) {
    await pages.open("broken", { scheme }, async (page) => {
      const part = page.locator("svg.topology .part.broken");
      expect(await part.count()).toBe(1);
      expect(await part.locator("text.name").textContent()).toBe("flannel.1 (down)");
      const red = await part.locator("rect").evaluate((rect) => getComputedStyle(rect).stroke);
      const [r = 0, g = 0, b = 0] = [...red.matchAll(/\d+/g)].map(Number);
      expect(r).toBeGreaterThan(1.5 * Math.max(g, b));
      expect(await page.locator("svg.topology .badge.broken text").allTextContents()).toEqual(["1"]);
      expect(await page.locator(".faults li").allTextContents()).toEqual(["flannel.1 is down on n2"]);
    });
  }
});

test("a key is enough: the first leads past the sections, and every command can be opened and scrolled", async () => {
  await pages.open("broken", { width: 360 }, async (page) => {
    await page.keyboard.press("Tab");
    const skip = page.locator(".skip");
    expect(
      await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().left >= 0),
    ).toBe(true);
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");

    const closed = page.locator("details.check:not([open])").first();
    await closed.locator("summary").first().focus();
    const outline = await closed
      .locator("summary")
      .first()
      .evaluate((summary) => getComputedStyle(summary).outlineStyle);
    expect(outline).toBe("solid");
    await page.keyboard.press("Enter");
    expect(await page.locator("details.check").first().getAttribute("open")).toBe("");

    const picture = page.locator(".scroll.wide");
    await picture.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => picture.evaluate((place) => place.scrollLeft)).toBeGreaterThan(0);
  });
});

test("a link to a check opens it", async () => {
  await pages.open("broken", {}, async (page) => {
    const details = page.locator("details.check", { has: page.locator("#check-ping-across-nodes") });
    await details.evaluate((each) => each.removeAttribute("open"));
    await page.locator('a[href="#check-ping-across-nodes"]').click();
    await expect.poll(() => details.getAttribute("open")).toBe("");
  });
});

test("the browser runs no script that got into a page, and fetches nothing", async () => {
  const evil = "<script>document.title = 'run'</script><img src=x>";
  const html = render(models.healthy ?? pageModel(flannelTopology(), flannelVerdict()));
  pages.add("evil", html.replace("<main", `${evil}<main`));
  await pages.open("evil", {}, async (page, heard) => {
    expect(await page.title()).toBe("flannel is healthy - flannel, cni-lab");
    expect(heard.filter((each) => each.startsWith("fetched: "))).toHaveLength(1);
    expect(heard.filter((each) => each.includes("Content Security Policy"))).toHaveLength(2);
  });
});
