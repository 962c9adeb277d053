import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownSources } from "../../toolchain/debian/sources";

let apt: string;
beforeEach(() => {
  apt = mkdtempSync(join(tmpdir(), "cni-lab-apt-"));
  mkdirSync(join(apt, "sources.list.d"));
});
afterEach(() => rmSync(apt, { recursive: true }));
const put = (name: string, text: string) => writeFileSync(join(apt, name), text);

test("the suite with its updates is taken, another vendor's is not", () => {
  put(
    "sources.list.d/debian.sources",
    "Types: deb\nURIs: mirror\nSuites: bookworm bookworm-updates\nComponents: main\n\nTypes: deb\nURIs: sec\nSuites: bookworm-security\nComponents: main\n",
  );
  put("sources.list.d/vendor.list", "deb [arch=amd64] vendor cloud-sdk-bookworm main\n");
  put("sources.list.d/node.sources", "Types: deb\nURIs: node\nSuites: nodistro\nComponents: main\n");
  expect(ownSources("bookworm", apt)).toBe(
    "Types: deb\nURIs: mirror\nSuites: bookworm bookworm-updates\nComponents: main\n\n" +
      "Types: deb\nURIs: sec\nSuites: bookworm-security\nComponents: main\n",
  );
});

test("one-line sources are understood, with their key", () => {
  put("sources.list", "# comment\ndeb [signed-by=/k.gpg] mirror bookworm main contrib\ndeb-src mirror bookworm main\n");
  expect(ownSources("bookworm", apt)).toBe(
    "Types: deb\nURIs: mirror\nSuites: bookworm\nComponents: main contrib\nSigned-By: /k.gpg\n",
  );
});

test("a machine of another suite, or with updates alone, has none", () => {
  put("sources.list", "deb mirror noble main\n");
  expect(ownSources("bookworm", apt)).toBeUndefined();
  put("sources.list", "deb mirror bookworm-updates main\n");
  expect(ownSources("bookworm", apt)).toBeUndefined();
});

test("a source that is switched off does not count", () => {
  put("sources.list.d/debian.sources", "Enabled: no\nTypes: deb\nURIs: mirror\nSuites: bookworm\nComponents: main\n");
  expect(ownSources("bookworm", apt)).toBeUndefined();
});
