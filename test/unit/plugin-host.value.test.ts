import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compare,
  containsSecret,
  containsUnknown,
  markLike,
  reveal,
  Secret,
  same,
  type Tree,
  topLevel,
  UNKNOWN,
  type Value,
} from "../../toolchain/plugins/host";
import { decode, encode } from "../../toolchain/plugins/host/wire";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The protobuf library itself loses the key `__proto__`. */
const key = fc.string().filter((text) => text !== "__proto__");
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.string(),
    fc.constant(UNKNOWN),
    tie("value").map((value) => new Secret(value)),
    fc.array(tie("value")),
    fc.dictionary(key, tie("value"), { noNullPrototype: true }),
  ),
}));

describe("wire", () => {
  it("brings back every tree it sent", () => {
    fc.assert(
      fc.property(fc.dictionary(key, anyValue, { noNullPrototype: true }), (tree) => {
        expect(decode(encode(tree), "p")).toStrictEqual(tree);
      }),
    );
  });

  it("keeps large integers, and leaves out what is undefined", () => {
    const decoded = decode(encode({ big: Number.MAX_SAFE_INTEGER, gone: undefined, mode: 420 }), "p");
    expect(decoded).toStrictEqual({ big: 9007199254740991, mode: 420 });
  });

  it("writes a secret and an unknown as the engine does", () => {
    expect(encode({ a: new Secret("s"), b: UNKNOWN }).toJavaScript()).toStrictEqual({
      a: { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: "s" },
      b: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    });
  });

  it("refuses an asset with the place where it stands", () => {
    const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "x" };
    expect(() => decode(encode({ list: [{ file: asset }] }), "command")).toThrow(
      "list[0].file: an asset is not supported by cni-lab's own command plugin; give plain values, or use the official plugin (CNI_LAB_PLUGINS=official)",
    );
  });
});

describe("value", () => {
  const tree: Tree = { a: new Secret({ b: new Secret("s") }), list: [1, new Secret(2)], c: "plain" };

  it("reveals secrets at any depth and leaves unknowns", () => {
    expect(reveal({ ...tree, u: new Secret(UNKNOWN) })).toStrictEqual({
      a: { b: "s" },
      list: [1, 2],
      c: "plain",
      u: UNKNOWN,
    });
  });

  it("finds secrets and unknowns inside secrets and lists", () => {
    expect(containsSecret({ a: [{ b: new Secret(1) }] })).toBe(true);
    expect(containsSecret({ a: [{ b: 1 }] })).toBe(false);
    expect(containsUnknown(new Secret([UNKNOWN]))).toBe(true);
    expect(containsUnknown(tree)).toBe(false);
  });

  it.each<[string, Tree, Tree, Tree]>([
    ["same path", { a: "x", b: "y" }, { a: new Secret("old") }, { a: new Secret("x"), b: "y" }],
    ["nested", { a: { b: 1, c: 2 } }, { a: { b: new Secret(0) } }, { a: { b: new Secret(1), c: 2 } }],
    ["list, same length", { l: [1, 2] }, { l: [1, new Secret(2)] }, { l: [1, new Secret(2)] }],
    ["list, other length", { l: [1, 2, 3] }, { l: [1, new Secret(2)] }, { l: new Secret([1, 2, 3]) }],
    ["another kind", { a: "text" }, { a: { b: new Secret(1) } }, { a: new Secret("text") }],
    ["already secret", { a: new Secret(1) }, { a: new Secret(2) }, { a: new Secret(1) }],
    ["absent", {}, { a: new Secret(2) }, {}],
    ["inherited name", { constructor: "c" }, {}, { constructor: "c" }],
  ])("markLike: %s", (_, outputs, template, expected) => {
    expect(markLike(outputs, template)).toStrictEqual(expected);
  });
});

describe("compare", () => {
  it("names every path that differs as the engine writes paths", () => {
    const before = { same: 1, gone: 1, list: [1, 2], map: { "a.b": 1, c: 1 }, secret: new Secret(1) };
    const after = { same: 1, added: 1, list: [1, 3, 4], map: { "a.b": 2, c: 1 }, secret: 1 };
    expect([...compare(before, after)]).toEqual([
      ["added", "add"],
      ["list[1]", "update"],
      ["list[2]", "add"],
      ['map["a.b"]', "update"],
      ["gone", "delete"],
    ]);
  });

  it("takes secrecy for a change only when asked", () => {
    expect(compare({ a: new Secret(1) }, { a: 1 }).size).toBe(0);
    expect([...compare({ a: new Secret(1) }, { a: 1 }, { secrecy: true })]).toEqual([["a", "update"]]);
    expect(compare({ a: new Secret(1) }, { a: new Secret(1) }, { secrecy: true }).size).toBe(0);
    const twice = { a: new Secret({ b: new Secret(1), c: 1 }) };
    expect(compare(twice, { a: new Secret({ b: 1, c: 1 }) }, { secrecy: true }).size).toBe(0);
    expect([...compare(twice, { a: new Secret({ b: 2, c: 1 }) }, { secrecy: true })]).toEqual([["a.b", "update"]]);
  });

  it("takes an unknown as different from everything", () => {
    expect(same(UNKNOWN, UNKNOWN)).toBe(false);
    expect(same({ a: [1, null] }, { a: [1, null] })).toBe(true);
  });

  it.each([
    ["a.b[0]", "a"],
    ["triggers[1]", "triggers"],
    ['["a.b"].c', "a.b"],
  ])("the first key of %s is %s", (path, key) => expect(topLevel(path)).toBe(key));
});
