import { describe, expect, it } from "vitest";
import type { Tree } from "../../toolchain/plugins/host";
import { adopt, adopted } from "../../toolchain/plugins/kubernetes/adopt";
import { ApiError } from "../../toolchain/plugins/kubernetes/api-error";
import type { Cluster } from "../../toolchain/plugins/kubernetes/cluster";
import { ownersIn } from "../../toolchain/plugins/kubernetes/conflict";

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

describe("an object that the official plugin made, or that a person changed by kubectl", () => {
  it("is handed to the resource's own manager, with what that one owns already", () => {
    const others = entry("autoscaler", "Update", data("c"));
    const made = live(others, entry("ours", "Apply", data("a")), entry("pulumi-kubernetes", "Update", data("a", "b")));
    expect(adopted(made, "ours")).toEqual([others, entry("ours", "Apply", data("a", "b"))]);
    expect(adopted(live(entry("pulumi-kubernetes", "Update", data("a"))), "ours")).toEqual([
      entry("ours", "Apply", data("a")),
    ]);
  });

  it.each([
    ["kubectl-client-side-apply", "Update"],
    ["kubectl-edit", "Update"],
    ["kubectl-rollout", "Update"],
    ["kubectl", "Apply"],
    ["before-first-apply", "Update"],
  ])("is handed over from %s (%s)", (manager, operation) => {
    const owners = [entry("ours", "Apply", data("a")), entry(manager, operation, data("b"))];
    expect(adopted(live(...owners), "ours")).toEqual([entry("ours", "Apply", data("a", "b"))]);
  });

  it("of the same name is another manager to the API server, and handed over too", () => {
    expect(adopted(live(entry("ours", "Update", data("a"))), "ours")).toEqual([entry("ours", "Apply", data("a"))]);
  });

  it("keeps its other owners, and one that has none to hand over is left alone", () => {
    const status = entry("pulumi-kubernetes", "Update", { "f:status": {} }, { subresource: "status" });
    const scale = entry("kubectl", "Update", { "f:spec": {} }, { subresource: "scale" });
    const theirs = [entry("hand", "Update", data("b")), entry("argocd", "Apply", data("b")), status, scale];
    expect(adopted(live(entry("ours", "Apply", data("a")), ...theirs), "ours")).toBe(undefined);
  });

  it("is tried again where its status changed meanwhile", async () => {
    const sent: string[] = [];
    const at = (resourceVersion: string): Tree => ({
      metadata: { name: "a", resourceVersion, managedFields: [entry("kubectl-edit", "Update", data("a"))] },
    });
    const cluster = {
      async patch(_: unknown, [, version]: readonly Tree[]) {
        sent.push(String(version?.value));
        if (version?.value === "1") throw new ApiError(409, "{}");
      },
      get: async () => at("2"),
    } as unknown as Cluster;
    await adopt(cluster, { group: "", version: "v1", kind: "ConfigMap" }, at("1"), "ours");
    expect(sent).toEqual(["1", "2"]);
  });
});

it("a conflict tells who owns the fields, and by which subresource", () => {
  const cause = (owner: string) => ({ reason: "FieldManagerConflict", message: `conflict with ${owner} using v1` });
  const causes = [cause('"kubectl-edit"'), cause('"kubectl" with subresource "scale"'), { reason: "other" }];
  const conflict = new ApiError(409, JSON.stringify({ details: { causes } }));
  expect(ownersIn(conflict)).toEqual(["kubectl-edit", '"kubectl" with subresource "scale"']);
});
