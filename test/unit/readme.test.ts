import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { labIds } from "../../labs";

const readme = readFileSync(path.resolve(__dirname, "../../README.md"), "utf8");

test("the table of labs has every lab, and no other", () => {
  const rows = [...readme.matchAll(/^\| \[([a-z0-9-]+)\]\(labs\/([a-z0-9-]+)\/README\.md\) \|/gm)];
  expect(rows.map(([, name]) => name)).toEqual(labIds());
  expect(rows.map(([, , folder]) => folder)).toEqual(labIds());
});
