import { describe, expect, it } from "vitest";
import type { Tree } from "../../toolchain/plugins/host";
import { adopted } from "../../toolchain/plugins/kubernetes/adopt";

const entry = (manager: string, operation: string, fieldsV1: Tree, rest: Tree = {}): Tree => ({
  manager,
  operation,
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1,
  ...rest,
});
const live = (...managedFields: Tree[]): Tree => ({ metadata: { name: "a", managedFields } });
const data = (...keys: string[]): Tree => ({ "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) });

describe("an object that the official plugin made", () => {
  it("is handed to the resource's own manager, with what that one owns already", () => {
    const others = entry("kubectl-edit", "Update", data("c"));
    const made = live(others, entry("ours", "Apply", data("a")), entry("pulumi-kubernetes", "Update", data("a", "b")));
    expect(adopted(made, "ours")).toEqual([others, entry("ours", "Apply", data("a", "b"))]);
    expect(adopted(live(entry("pulumi-kubernetes", "Update", data("a"))), "ours")).toEqual([
      entry("ours", "Apply", data("a")),
    ]);
  });

  it("of the same name is another manager to the API server, and handed over too", () => {
    expect(adopted(live(entry("ours", "Update", data("a"))), "ours")).toEqual([entry("ours", "Apply", data("a"))]);
  });

  it("keeps its other owners, and one that has none to hand over is left alone", () => {
    const status = entry("pulumi-kubernetes", "Update", { "f:status": {} }, { subresource: "status" });
    expect(
      adopted(live(entry("ours", "Apply", data("a")), entry("kubectl", "Update", data("b")), status), "ours"),
    ).toBe(undefined);
  });
});
