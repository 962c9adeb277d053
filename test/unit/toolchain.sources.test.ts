import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { debianSuite, ownSources, sourcesOf } from "../../toolchain/debian/sources";

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

test("another Debian's packages are asked of the machine's own mirrors, and else of Debian", () => {
  put("sources.list", "deb mirror bookworm main\ndeb mirror/security bookworm-security main\n");
  put("os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
  const of = (suite: string, release = "os-release") => sourcesOf(suite, apt, join(apt, release));
  expect(of("bookworm")).toBe(ownSources("bookworm", apt));
  expect(of("trixie")).toContain("URIs: mirror\nSuites: trixie\n");
  expect(of("trixie")).toContain("Suites: trixie-security");
  expect(of("trixie", "none")).toMatch(/^Types: deb\nURIs: http:\/\/deb.debian.org\/debian\nSuites: trixie\n/);
});

test("the suite of a Debian is known, and another system is none", () => {
  put("os-release", 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_CODENAME=trixie\nID=debian\n');
  expect(debianSuite(join(apt, "os-release"))).toBe("trixie");
  put("os-release", 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME="noble"\n');
  expect(debianSuite(join(apt, "os-release"))).toBeUndefined();
  expect(debianSuite(join(apt, "none"))).toBeUndefined();
});
