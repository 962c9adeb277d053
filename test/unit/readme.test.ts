import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { labIds } from "../../labs";

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
  const named = rows.filter(({ image }) => image !== "-").map(({ name }) => name);
  // What Confluence takes stands in a file of its own.
  const wanted = ["Cluster", "Confluence", ...componentsWith(/\bimage: required\(text\)/, "facades")];
  expect(named.sort()).toEqual(wanted.sort());
});
