// Functions that run in the browser.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PageModel } from "../../cli/page/model";
import { page as render } from "../../cli/page/page";
import { browserPath } from "../../toolchain/system/packages";
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

let browser: Browser;
const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-page-"));

beforeAll(async () => {
  for (const [name, model] of Object.entries(models)) {
    writeFileSync(path.join(folder, `${name}.html`), render(model));
  }
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error("no browser is installed: apt-get install chromium");
  // Root has no sandbox to give; the pages are the lab's own.
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface View {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
}

/** Opens a page as a reader would, and hands it over with all that the browser complained of or asked for. */
async function withPage<T>(
  name: string,
  { scheme = "light", width = 1280 }: View,
  look: (page: Page, heard: readonly string[]) => Promise<T>,
): Promise<T> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: scheme });
  const heard: string[] = [];
  page.on("console", (message) => heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("requestfinished", (request) => heard.push(`fetched: ${request.url()}`));
  try {
    await page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href);
    return await look(page, heard);
  } finally {
    await page.close();
  }
}

/** Opens everything that can be opened: what is hidden has no colours and no width. */
const openAll = (page: Page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) {
      details.open = true;
    }
  });

describe.each(Object.keys(models))("the page of a run that is %s", (name) => {
  test("asks for nothing but itself, and the browser has nothing to say", async () => {
    await withPage(name, {}, async (page, heard) => {
      await openAll(page);
      await page.waitForLoadState("networkidle");
      expect(heard).toEqual([`fetched: ${pathToFileURL(path.join(folder, `${name}.html`)).href}`]);
    });
  });

  test("is accessible (WCAG 2.2 AA), light and dark", async () => {
    await withPage(name, {}, async (page) => {
      await openAll(page);
      await page.evaluate(axe.source);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations, passes } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run({
            runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
          }),
        );
        expect(violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)])).toEqual([]);
        expect(passes.map(({ id }) => id)).toContain("color-contrast");
      }
    });
  });

  test("does not scroll sideways from phone to desktop: what is wide scrolls in its place", async () => {
    await withPage(name, {}, async (page) => {
      await openAll(page);
      for (const width of [320, 360, 768, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const [content, picture = 0, place] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.querySelector("svg.topology")?.getBoundingClientRect().width,
          document.querySelector("svg.topology")?.parentElement?.clientWidth,
        ]);
        expect(content).toBe(width);
        // The picture keeps its size, so that it can be read, and its place shows a part of it.
        expect(picture).toBeGreaterThan(1000);
        expect(place).toBeLessThanOrEqual(width);
      }
    });
  });

  test("has one headline, an outline without gaps, and names for what it draws", async () => {
    await withPage(name, {}, async (page) => {
      const levels = await page.$$eval("h1, h2, h3", (all) => all.map((each) => Number(each.tagName[1])));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      expect(levels.every((level, i) => level - (levels[i - 1] ?? 0) <= 1)).toBe(true);
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

test.each(Object.keys(models))(
  "text in the picture of %s stays inside its box, and clear of other text",
  async (name) => {
    const [outside, over] = await withPage(name, {}, (page) =>
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
  },
);

test("the broken hop is red, in both schemes, and its number is that of its line", async () => {
  for (const scheme of ["light", "dark"] as const) {
    await withPage("broken", { scheme }, async (page) => {
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
  await withPage("broken", { width: 360 }, async (page) => {
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
  await withPage("broken", {}, async (page) => {
    const details = page.locator("details.check", { has: page.locator("#check-ping-across-nodes") });
    await details.evaluate((each) => each.removeAttribute("open"));
    await page.locator('a[href="#check-ping-across-nodes"]').click();
    await expect.poll(() => details.getAttribute("open")).toBe("");
  });
});

test("the browser runs no script that got into a page, and fetches nothing", async () => {
  const evil = "<script>document.title = 'run'</script><img src=x>";
  const html = render(models.healthy ?? pageModel(flannelTopology(), flannelVerdict()));
  writeFileSync(path.join(folder, "evil.html"), html.replace("<main", `${evil}<main`));
  await withPage("evil", {}, async (page, heard) => {
    expect(await page.title()).toBe("flannel is healthy - flannel, cni-lab");
    expect(heard.filter((each) => each.startsWith("fetched: "))).toHaveLength(1);
    expect(heard.filter((each) => each.includes("Content Security Policy"))).toHaveLength(2);
  });
});
