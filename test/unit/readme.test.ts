import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { labIds } from "../../labs";
import { images } from "../../lib/versions";

const readme = readFileSync(path.resolve(__dirname, "../../README.md"), "utf8");

test("the table of labs has every lab, and no other", () => {
  const rows = [...readme.matchAll(/^\| \[([a-z0-9-]+)\]\(labs\/([a-z0-9-]+)\/README\.md\) \|/gm)];
  expect(rows.map(([, name]) => name)).toEqual(labIds());
  expect(rows.map(([, , folder]) => folder)).toEqual(labIds());
});

/** The components whose code has a part, by their names; not those in a folder that is left out. */
function componentsWith(part: RegExp, without = "none"): string[] {
  const folder = path.resolve(__dirname, "../../components");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.startsWith(`${without}/`),
  );
  return files
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .filter((text) => part.test(text))
    .flatMap((text) => /^export class (\w+) extends pulumi\.ComponentResource/m.exec(text)?.[1] ?? [])
    .sort();
}

test("the package's page says of every component what it needs", () => {
  const page = readFileSync(path.resolve(__dirname, "../../package/README.md"), "utf8");
  const rows = [...page.matchAll(/^\| (`.*?`) \| (.*?) \| (.*?) \| (.*?) \|$/gm)].flatMap(
    ([, names = "", , image, where]) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => ({ name, image, where })),
  );
  expect(rows.map(({ name }) => name).sort()).toEqual(componentsWith(/cni-lab:index:/, "facades"));
  const ofThisMachine = rows.filter(({ where }) => where === "no: they are containers of this machine");
  expect(ofThisMachine.map(({ name }) => name).sort()).toEqual(componentsWith(/new ContainerShell\(/));
  const own = Object.entries(images).filter(([name, image]) => image.startsWith("localhost/") && name !== "pause");
  const byDefault = new RegExp(`\\?\\? images\\.(${own.map(([name]) => name).join("|")})\\b`);
  const named = rows.filter(({ image }) => image === "yes").map(({ name }) => name);
  // Confluence has no image by default at all.
  expect(named.sort()).toEqual(["Confluence", ...componentsWith(byDefault)].sort());
});
