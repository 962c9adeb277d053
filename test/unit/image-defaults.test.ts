import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { images, versions } from "../../lib/versions";

const folder = "components";
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));

/** Text in quotes that names an image with its registry and tag. */
const spelled = (text: string) =>
  [...text.matchAll(/"((?:[\w.-]+\/){1,3}[\w.-]+:[\w.-]+)"/g)].map(([, image = ""]) => image);
const isComment = (line: string) => /^\s*(\/?\*|\/\/)/.test(line);
const lines = (text: string, comments: boolean) =>
  text
    .split("\n")
    .filter((line) => isComment(line) === comments)
    .join("\n");

/** Images that the lab has none of that name for, with the version that is pinned and that they go with. */
const upstream = {
  // Upstream pairs it with the flanneld that is pinned.
  "ghcr.io/flannel-io/flannel-cni-plugin:v1.6.2-flannel1": {
    file: "cni/flannel/flannel.ts",
    with: { flannel: "0.26.7" },
  },
  "docker.io/library/postgres:15": { file: "confluence/postgres.ts", with: { postgres: "15" } },
} as const;

describe("the images that components take where none is named", () => {
  test.each(files.filter(({ text }) => spelled(text).length > 0))("$name documents what it takes", ({ name, text }) => {
    const taken = [...text.matchAll(/\?\? images\.(\w+)/g)].map(([, role]) => images[role as keyof typeof images]);
    const known = [
      ...taken,
      ...Object.keys(upstream).filter((image) => upstream[image as keyof typeof upstream].file === name),
    ];
    expect(spelled(lines(text, true)).filter((image) => !known.includes(image))).toEqual([]);
  });

  test("are the pinned ones: no code spells another, but for upstream's", () => {
    const code = files.flatMap(({ text }) => spelled(lines(text, false)));
    expect(code.sort()).toEqual(Object.keys(upstream).sort());
  });

  test("upstream's go with what is pinned", () => {
    const goWith = Object.assign({}, ...Object.values(upstream).map((image) => image.with));
    expect(versions).toMatchObject(goWith);
  });

  test("are in a registry: none is only on this machine", () => {
    const taken = files.flatMap(({ text }) => [...text.matchAll(/\?\? images\.(\w+)/g)].map(([, role]) => role));
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.filter((role) => images[role as keyof typeof images].startsWith("localhost/"))).toEqual([]);
    expect(files.filter(({ text }) => text.includes("localhost/")).map(({ name }) => name)).toEqual([]);
  });

  test("are found in the sources", () => {
    const documented = files.filter(({ text }) => spelled(lines(text, true)).length > 0).map(({ name }) => name);
    expect(documented.sort()).toEqual([
      "cni/flannel-etcd/flannel-etcd.ts",
      "cni/flannel/flannel.ts",
      "cni/weave/weave.ts",
      "confluence/postgres.ts",
      "networks/multus-pods.ts",
    ]);
  });
});
