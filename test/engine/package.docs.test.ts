import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = path.resolve(__dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-docs-"));
const page = (name: string) => readFileSync(path.join(folder, name), "utf8");

/** TypeDoc takes a link in a docstring that leads nowhere for an error. */
beforeAll(async () => {
  const typedoc = path.join(root, "node_modules/.bin/typedoc");
  const { exitCode, all } = await execa(typedoc, ["--out", folder], {
    cwd: path.join(root, "package"),
    all: true,
    reject: false,
  });
  expect(exitCode, all).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every component has a page, with what it is, its example and what it throws", () => {
  const classes = readdirSync(path.join(folder, "classes"));
  expect(classes).toEqual(expect.arrayContaining(["Flannel.html", "Weave.html", "Cni.html", "Confluence.html"]));
  const flannel = page("classes/Flannel.html");
  for (const part of ["one subnet per node", "Example", "Throws", "FlannelArgs"]) expect(flannel).toContain(part);
});

test("the first page is the package's, with what each component needs", () => {
  expect(page("index.html")).toContain("What each component needs");
});

test("no page has a link that leads nowhere", () => {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  const lost = pages.flatMap((name) =>
    [...page(name).matchAll(/(?:href|src)="([^"#]+)(?:#[^"]*)?"/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^(https?|mailto|data):/.test(target))
      .filter((target) => !existsSync(path.join(folder, path.dirname(name), decodeURI(target))))
      .map((target) => `${name}: ${target}`),
  );
  expect(pages.length).toBeGreaterThan(50);
  expect(lost).toEqual([]);
});
