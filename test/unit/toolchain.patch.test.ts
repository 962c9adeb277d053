import { expect, test } from "vitest";
import { patched } from "../../toolchain/go/patch";
import type { GoProgram } from "../../toolchain/go/program";
import * as programs from "../../toolchain/go/programs";

const patch = { file: "m/net/bridge.go", find: "Dummy", replace: "Veth", why: "a test" };

test("the text is put in the place of what the patch finds", () => {
  expect(patched("new(Dummy)", patch)).toBe("new(Veth)");
});

test.each([
  ["new(Other)", 0],
  ["new(Dummy, Dummy)", 2],
])("%j is refused: it is another module than the patch was made for", (text, times) => {
  expect(() => patched(text, patch)).toThrow(
    `m/net/bridge.go: its patch must find this exactly once, found ${times} times: Dummy`,
  );
});

const patches = Object.values<GoProgram>(programs).flatMap((program) =>
  (program.patches ?? []).map((each) => [program.name, each.file, each, program] as const),
);

test.each(patches)("%s: the patch of %s changes it, and the image's label can say why", (_name, _file, each) => {
  expect(each.replace).not.toBe(each.find);
  // Quoted in the label of the Containerfile.
  expect(each.why).toMatch(/^[^"$\\]+$/);
});

test.each(patches)("%s: what is patched in %s is built or copied", (_name, file, _patch, { copies }) => {
  const copied = Object.values(copies?.files ?? {}).map((path) => `${copies?.module}/${path}`);
  expect(file.endsWith(".go") || copied.includes(file)).toBe(true);
});
