import { describe, expect, it } from "vitest";
import { isNamespacedBuiltIn } from "../../toolchain/plugins/kubernetes/scope";
import { apiVersionOf, kindOf, parseToken, refuseFunction } from "../../toolchain/plugins/kubernetes/token";

describe("parseToken", () => {
  it.each([
    ["kubernetes:core/v1:Service", { group: "", version: "v1", kind: "Service" }],
    ["kubernetes:apps/v1:DaemonSet", { group: "apps", version: "v1", kind: "DaemonSet" }],
    [
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
      { group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole" },
    ],
    ["kubernetes:example.com/v1beta2:Widget", { group: "example.com", version: "v1beta2", kind: "Widget" }],
    ["kubernetes:example.com/v1:PriceList", { group: "example.com", version: "v1", kind: "PriceList" }],
    ["kubernetes:example.com/v1:BandPatch", { group: "example.com", version: "v1", kind: "BandPatch" }],
  ])("%s", (token, kind) => {
    expect(parseToken(token)).toStrictEqual(kind);
  });

  it.each([
    ["kubernetes:core/v1:ServiceList", "a list is no object of its own"],
    ["kubernetes:core/v1:ServicePatch", "it patches objects of others"],
    ["kubernetes:apps/v1:DaemonSetPatch", "it patches objects of others"],
    ["kubernetes:helm.sh/v3:Release", "it renders Helm charts"],
    ["kubernetes:helm.sh/v4:Chart", "it renders Helm charts"],
    ["kubernetes:yaml/v2:ConfigFile", "it reads YAML files"],
    ["kubernetes:yaml:ConfigGroup", "it reads YAML files"],
    ["kubernetes:kustomize/v2:Directory", "it renders kustomizations"],
    ["kubernetes:index:Thing", "it is no kind of an API group"],
  ])("refuses %s by name", (token, why) => {
    const refusal = `resource type is "${token}": not supported by cni-lab's own kubernetes plugin, as ${why}; `;
    expect(() => parseToken(token)).toThrow(refusal);
    expect(() => parseToken(token)).toThrow(/, or use the official plugin \(CNI_LAB_PLUGINS=official\)$/);
  });

  it.each([
    ["kubernetes:yaml:decode", "it reads YAML files"],
    ["kubernetes:helm:template", "it renders Helm charts"],
    ["kubernetes:kustomize:directory", "it renders kustomizations"],
    ["kubernetes:kubernetes:podLogs", "it reads objects outside the program"],
  ])("refuses the function %s by name", (token, why) => {
    expect(() => refuseFunction(token)).toThrow(
      `function is "${token}": not supported by cni-lab's own kubernetes plugin, as ${why}; ` +
        "declare the objects themselves as resources, or use the official plugin (CNI_LAB_PLUGINS=official)",
    );
  });
});

it("apiVersionOf and kindOf are inverse", () => {
  for (const object of [
    { apiVersion: "v1", kind: "Pod" },
    { apiVersion: "apps/v1", kind: "Deployment" },
  ]) {
    const kind = kindOf(object);
    expect(kind && apiVersionOf(kind)).toBe(object.apiVersion);
  }
  expect(kindOf({ kind: "Pod" })).toBeUndefined();
});

it.each([
  ["kubernetes:core/v1:Namespace", false],
  ["kubernetes:core/v1:ConfigMap", true],
  ["kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", false],
  ["kubernetes:rbac.authorization.k8s.io/v1:Role", true],
  ["kubernetes:example.com/v1:Namespace", undefined],
])("%s lives in namespaces: %s", (token, expected) => {
  expect(isNamespacedBuiltIn(parseToken(token))).toBe(expected);
});
