import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { engines } from "../../components/cluster/engine/engines";
import { filesOf, repository, rooms } from "./rooms";

/** Files whose texts name an engine and are not the engine's own; each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  "components/cluster/engine/docker-answers.ts": "says what docker printed that it can't read",
  "components/cluster/engine/podman-answers.ts": "says what podman printed that it can't read",
  "toolchain/debian/roots.ts": "the root of machines with an engine, for tests",
  "toolchain/image-engine/docker.ts":
    "the build half: images are built before there is a stack, and the toolchain knows no components",
  "toolchain/image-engine/podman.ts": "the same",
  "toolchain/node/root-image.ts": "the image of machines with an engine, for tests",
  "toolchain/system/disk.ts": "what the image of machines with an engine takes",
  "toolchain/system/packages.ts": "the names of Debian's packages, and of their files",
  "bench/by-hand/down.sh": "the steps by hand that the lab is measured against",
  "bench/by-hand/swap-lib.sh": "the steps by hand that the lab is measured against",
  "bench/by-hand/up.sh": "the steps by hand that the lab is measured against",
};

/** Docker Hub is a registry: images of its are run by any engine. */
const named = new RegExp(`\\b(?:${engines.map(({ name }) => name).join("|")})\\b(?!\\.io/)`);

/** The texts of a program: its strings, without comments and the names of modules. */
function textsOf(file: string): string[] {
  const content = readFileSync(path.join(repository, file), "utf8");
  // Reading a program takes its time, and most name none.
  if (!named.test(content)) return [];
  if (file.endsWith(".sh")) return content.split("\n").map((line) => line.replace(/^\s*#.*/, ""));
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, content, ts.ScriptTarget.ES2022));
  return found;
}

test("an engine's name stands in its own file, and in those that are named here with their reason", () => {
  const files = filesOf(rooms, /\.(ts|sh)$/);
  const naming = files.filter((file) => textsOf(file).some((text) => named.test(text)));
  const own = engines.map(({ name }) => `components/cluster/engine/${name}.ts`);
  expect(naming.sort()).toEqual([...own, ...Object.keys(exceptions)].sort());
});
