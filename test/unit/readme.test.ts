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

/** The components whose code has a part, by their names. */
function componentsWith(part: RegExp): string[] {
  const folder = path.resolve(__dirname, "../../components");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return files
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .filter((text) => part.test(text))
    .flatMap((text) => /^export class (\w+) extends pulumi\.ComponentResource/m.exec(text)?.[1] ?? [])
    .sort();
}

test("the components that do not work on a cluster of one's own, or not as they are, are those that are named", () => {
  const named = (words: RegExp) => [...(words.exec(readme)?.[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const own = Object.entries(images).filter(([name, image]) => image.startsWith("localhost/") && name !== "pause");
  const byDefault = new RegExp(`\\?\\? images\\.(${own.map(([name]) => name).join("|")})\\b`);
  expect(named(/^.*Each is a Pulumi component\. (.*) are containers of podman/m)).toEqual(
    componentsWith(/new ContainerShell\(/),
  );
  expect(named(/, where (.*) must be told an `image`/m)).toEqual(componentsWith(byDefault));
});
