import { expect, it } from "vitest";
import type { Tree } from "../../toolchain/plugins/host";
import { spelledLike } from "../../toolchain/plugins/kubernetes/spelling";
import { row } from "../plugin-page";

const secret = (rest: Tree): Tree => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, ...rest });
const base64 = (text: string): string => Buffer.from(text).toString("base64");

it(`${row("a Secret's `stringData`, a quantity, as they are recorded")}: the same contents are no change`, () => {
  const declared = secret({ stringData: { word: "hush", other: "b" }, data: { raw: "AA==" } });
  const recorded = secret({ data: { word: base64("hush"), other: base64("a"), raw: "AA==" } });
  expect(spelledLike(recorded, declared)).toEqual(
    secret({ stringData: { word: "hush", other: "a" }, data: { raw: "AA==" } }),
  );
  expect(spelledLike(secret({ data: { word: base64("hush") } }), secret({ stringData: { word: "hush" } }))).toEqual(
    secret({ stringData: { word: "hush" } }),
  );
});

it.each([
  ["1", "1000m"],
  ["1Gi", "1024Mi"],
  ["100m", "0.1"],
  ["2k", 2000],
  ["1500m", "1.5"],
])("a quantity of %s is one of %s", (recorded, declared) => {
  const limits = (cpu: string | number): Tree => ({
    spec: { containers: [{ name: "c", resources: { limits: { cpu } } }] },
  });
  expect(spelledLike(limits(recorded), limits(declared))).toEqual(limits(declared));
});

it("another quantity stays, and what is none is not taken for one", () => {
  const limits = { spec: { resources: { limits: { cpu: "1" } } } };
  expect(spelledLike(limits, { spec: { resources: { limits: { cpu: "1001m" } } } })).toEqual(limits);
  const map = { data: { size: "1" } };
  expect(spelledLike(map, { data: { size: "1000m" } })).toEqual(map);
});
