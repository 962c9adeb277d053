import { expect, test } from "vitest";
import { patched } from "../../toolchain/go/patch";
import { weave } from "../../toolchain/go/programs";

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

test("every patch of Weave is for a file that is built or copied", () => {
  const copied = Object.values(weave.copies?.files ?? {}).map((file) => `${weave.copies?.module}/${file}`);
  expect((weave.patches ?? []).filter(({ file }) => !file.endsWith(".go") && !copied.includes(file))).toEqual([]);
});
