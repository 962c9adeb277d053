import { expect, it } from "vitest";
import type { Tree } from "../../toolchain/plugins/host";
import { ApiError } from "../../toolchain/plugins/kubernetes/api-error";
import { leftDefaults, owning } from "../../toolchain/plugins/kubernetes/defaults";

const refusal = (...fields: string[]): ApiError =>
  new ApiError(
    422,
    JSON.stringify({ details: { causes: fields.map((field) => ({ field, reason: "FieldValueForbidden" })) } }),
  );
const owner = (manager: string, fieldsV1: Tree): Tree => ({ manager, operation: "Apply", fieldsV1 });
const rolling = { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } };
const live = (...managedFields: Tree[]): Tree => ({ metadata: { name: "a", managedFields }, spec: rolling });
const declared = { metadata: { name: "a" }, spec: { strategy: { type: "Recreate" } } };
const path = ["spec", "strategy", "rollingUpdate"];
const ours = owner("ours", { "f:spec": { "f:replicas": {} } });

it("a field in the way is a default where only the live object has it, and nobody set it", () => {
  expect(leftDefaults(declared, live(ours), refusal("spec.strategy.rollingUpdate"))).toEqual([path]);
  const theirs = owner("theirs", { "f:spec": { "f:strategy": { "f:rollingUpdate": { "f:maxSurge": {} } } } });
  expect(leftDefaults(declared, live(theirs), refusal("spec.strategy.rollingUpdate"))).toEqual([]);
  expect(leftDefaults({ spec: rolling }, live(ours), refusal("spec.strategy.rollingUpdate"))).toEqual([]);
  expect(leftDefaults(declared, live(ours), refusal("spec.strategy.rollingUpdate", "spec"))).toEqual([]);
  expect(leftDefaults(declared, live(ours), new Error("away"))).toEqual([]);
});

it("is given to the resource's manager with all that lies in it", () => {
  const strategy = { "f:rollingUpdate": { ".": {}, "f:maxSurge": {} } };
  expect(owning(live(ours), "ours", [path])).toEqual([
    owner("ours", { "f:spec": { "f:replicas": {}, "f:strategy": strategy } }),
  ]);
  expect(owning(live(ours), "another", [path])).toBeUndefined();
});
