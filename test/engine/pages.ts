// Functions that run in the browser.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserPath } from "../../toolchain/system/packages";

/** How a reader looks at a page. */
export interface View {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
}

/** Pages as files, and a browser that opens them, for as long as the tests of a file run. */
export class Pages {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "cni-lab-page-"));
  private browser: Browser | undefined;

  constructor(private readonly html: Readonly<Record<string, string>>) {
    beforeAll(async () => {
      for (const [name, text] of Object.entries(html)) this.add(name, text);
      const executablePath = browserPath();
      if (executablePath === undefined) throw new Error("no browser is installed: apt-get install chromium");
      // Root has no sandbox to give; the pages are the lab's own.
      this.browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });
    afterAll(async () => {
      await this.browser?.close();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get names(): readonly string[] {
    return Object.keys(this.html);
  }

  add(name: string, text: string): void {
    writeFileSync(path.join(this.folder, `${name}.html`), text);
  }

  urlOf(name: string): string {
    return pathToFileURL(path.join(this.folder, `${name}.html`)).href;
  }

  /** Opens a page as a reader would, and hands it over with all that the browser complained of or asked for. */
  async open<T>(
    name: string,
    { scheme = "light", width = 1280 }: View,
    look: (page: Page, heard: readonly string[]) => Promise<T>,
  ): Promise<T> {
    if (this.browser === undefined) throw new Error("the browser is not there yet");
    const page = await this.browser.newPage({ viewport: { width, height: 800 }, colorScheme: scheme });
    const heard: string[] = [];
    page.on("console", (message) => heard.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
    page.on("requestfinished", (request) => heard.push(`fetched: ${request.url()}`));
    try {
      await page.goto(this.urlOf(name));
      return await look(page, heard);
    } finally {
      await page.close();
    }
  }
}

/** Opens everything that can be opened: what is hidden has no colours and no width. */
export const openAll = (page: Page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) {
      details.open = true;
    }
  });

/** What holds of every page of the lab: it is offline, accessible, and fits any width. */
export function testPage(pages: Pages, name: string): void {
  test("asks for nothing but itself, and the browser has nothing to say", async () => {
    await pages.open(name, {}, async (page, heard) => {
      await openAll(page);
      await page.waitForLoadState("networkidle");
      expect(heard).toEqual([`fetched: ${pages.urlOf(name)}`]);
    });
  });

  test("is accessible (WCAG 2.2 AA), light and dark", async () => {
    await pages.open(name, {}, async (page) => {
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
    await pages.open(name, {}, async (page) => {
      await openAll(page);
      for (const width of [320, 360, 768, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      }
    });
  });

  test("has one headline, and an outline without gaps", async () => {
    await pages.open(name, {}, async (page) => {
      const levels = await page.$$eval("h1, h2, h3", (all) => all.map((each) => Number(each.tagName[1])));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      expect(levels.every((level, i) => level - (levels[i - 1] ?? 0) <= 1)).toBe(true);
    });
  });
}
