import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../lib/user-error";
import { cacheAt } from "../../toolchain/cache";
import { podman } from "../../toolchain/image-engine";
import { javaArtifact } from "../../toolchain/java/artifact";
import { javac } from "../../toolchain/java/compile";
import { fetchJars } from "../../toolchain/java/jars";
import { type Jar, pathOf } from "../../toolchain/java/program";
import { confluenceNode } from "../../toolchain/java/programs";
import { central, registry } from "../../toolchain/java/registry";

let folder: string;
let shelf: string;
let kept: string;
let into: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-jars-"));
  [shelf, kept, into] = [join(folder, "shelf"), join(folder, "kept"), join(folder, "into")];
  mkdirSync(into);
});
afterEach(() => rmSync(folder, { recursive: true }));

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const jar: Jar = { group: "org.example", name: "thing", version: "1.2", sha256: sha256("right") };
const put = (root: string, text: string) => {
  mkdirSync(dirname(join(root, pathOf(jar))), { recursive: true });
  writeFileSync(join(root, pathOf(jar)), text);
};
/** From a folder that stands for a registry. */
const fetch = () => fetchJars([jar], { kept, into, say: () => {}, from: pathToFileURL(shelf).href });
const text = (file: string | undefined) => readFileSync(file ?? "", "utf8");
const refusal = `jar is "${"SHELF"}/org/example/thing/1.2/thing-1.2.jar": must have the SHA-256 ${jar.sha256}, has ${sha256("changed")}: nothing of it was used`;

test("a jar comes with the digest that is pinned, and is kept for the next build", async () => {
  put(shelf, "right");
  const [here] = await fetch();
  expect(text(here)).toBe("right");
  rmSync(shelf, { recursive: true });
  rmSync(here ?? "");
  expect(text((await fetch())[0])).toBe("right");
});

test("a jar with another digest is refused, and nothing of it stays", async () => {
  put(shelf, "changed");
  const fetching = fetch();
  await expect(fetching).rejects.toThrow(UserError);
  await expect(fetching).rejects.toThrow(refusal.replace("SHELF", pathToFileURL(shelf).href));
  expect(readdirSync(into)).toEqual([]);
  const left = readdirSync(kept, { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
});

test("what is kept from an earlier build is not trusted either", async () => {
  put(kept, "changed");
  put(shelf, "right");
  expect(text((await fetch())[0])).toBe("right");
  expect(text(join(kept, pathOf(jar)))).toBe("right");
});

test("a program with a changed jar is not compiled", async () => {
  put(shelf, "changed");
  const artifact = javaArtifact({ ...confluenceNode, jars: [jar] }, pathToFileURL(shelf).href);
  const [out, scratch] = [join(folder, "out"), join(folder, "scratch")];
  for (const each of [out, scratch]) mkdirSync(each);
  const job = { out, scratch, cache: cacheAt(folder), engine: podman, pathOf: () => "", say: () => {} };
  await expect(artifact.build(job)).rejects.toThrow(`has ${sha256("changed")}: nothing of it was used`);
  expect(readdirSync(join(scratch, "classes"))).toEqual([]);
});

test("the compiler runs nothing of what lies on its class path", () => {
  expect(javac).toContain("-proc:none");
});

const mirror = (of: string, url: string) => `<mirror><id>x</id><mirrorOf>${of}</mirrorOf><url>${url}</url></mirror>`;
const settings = (...mirrors: string[]) => {
  const file = join(folder, `settings-${mirrors.length}.xml`);
  writeFileSync(file, `<settings><mirrors>${mirrors.join("\n")}</mirrors></settings>`);
  return file;
};

test.each([
  ["central", "https://m.example/maven2/", "https://m.example/maven2"],
  ["*", "https://m.example", "https://m.example"],
  ["internal, external:*", "https://m.example", "https://m.example"],
  ["*,!central", "https://m.example", central],
  ["external:http:*", "http://0.0.0.0/", central],
])("a mirror of %s at %s: jars come from %s", (of, url, from) => {
  expect(registry([join(folder, "none.xml"), settings(mirror(of, url))])).toBe(from);
});

test("the user's settings go before the machine's, and a comment is none", () => {
  const user = settings(`<!-- ${mirror("*", "https://no.example")} -->`, mirror("*", "https://user.example"));
  expect(registry([user, settings(mirror("*", "https://machine.example"))])).toBe("https://user.example");
  expect(registry([])).toBe(central);
});
