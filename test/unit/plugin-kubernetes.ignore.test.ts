import { describe, expect, it } from "vitest";
import { parsePath, type Tree } from "../../toolchain/plugins/host";
import { heeding } from "../../toolchain/plugins/kubernetes/ignore";
import { row } from "../plugin-page";

const owner = (manager: string, fieldsV1: Tree): Tree => ({ manager, operation: "Apply", fieldsV1 });
const container = (fields: Tree): Tree => ({
  "f:spec": {
    "f:template": { "f:spec": { "f:containers": { 'k:{"name":"c"}': { ".": {}, "f:name": {}, ...fields } } } },
  },
});
const labels = (...names: string[]): Tree => ({
  "f:metadata": { "f:labels": Object.fromEntries(names.map((name) => [`f:${name}`, {}])) },
});
const replicas = { "f:spec": { "f:replicas": {} } };
const live = (rest: Tree, ...managedFields: Tree[]): Tree => ({
  ...rest,
  metadata: { name: "a", uid: "u", ...(rest.metadata as Tree), managedFields },
});
const apply = (object: Tree, current: Tree, ...paths: string[]): Tree => heeding(object, current, ["ours"], paths);

it.each([
  ["spec.replicas", ["spec", "replicas"]],
  ['metadata.labels["a.b/c"]', ["metadata", "labels", "a.b/c"]],
  ["spec.containers[0].image", ["spec", "containers", 0, "image"]],
  ['["a\\"b"][*].c', ['a"b', "*", "c"]],
])("the steps of %s", (path, steps) => expect(parsePath(path)).toEqual(steps));

describe("an ignored field", () => {
  const declared = { metadata: { name: "a" }, spec: { replicas: 2, paused: false } };

  it("that others set since is left out, so that they keep it", () => {
    const scaled = live({ spec: { replicas: 5 } }, owner("ours", { "f:spec": {} }), owner("hpa", replicas));
    expect(apply(declared, scaled, "spec.replicas")).toEqual({ metadata: { name: "a" }, spec: { paused: false } });
  });

  it("that the resource owns, alone or with others, is sent with its live value", () => {
    const shared = live({ spec: { replicas: 5 } }, owner("ours", replicas), owner("hpa", replicas));
    expect(apply(declared, shared, "spec.replicas")).toEqual({ ...declared, spec: { replicas: 5, paused: false } });
    const before = live({ spec: { replicas: 5 } }, owner("before", replicas));
    expect(heeding(declared, before, ["ours", "before"], ["spec.replicas"]).spec).toEqual({
      replicas: 5,
      paused: false,
    });
  });

  it("that nobody owns is sent with its live value where it is declared, and left to the server where it is not", () => {
    const defaulted = live({ spec: { replicas: 1 } });
    expect(apply(declared, defaulted, "spec.replicas").spec).toEqual({ replicas: 1, paused: false });
    expect(apply({ metadata: { name: "a" } }, defaulted, "spec.replicas")).toEqual({ metadata: { name: "a" } });
  });

  it("that the live object lacks stays as declared", () => {
    expect(apply(declared, live({ spec: {} }), "spec.replicas")).toEqual(declared);
    expect(apply(declared, live({}), "spec.replicas")).toEqual(declared);
  });

  it("does not touch what is not ignored, nor an object without ignored fields", () => {
    const scaled = live({ spec: { replicas: 5, paused: true } }, owner("hpa", replicas));
    expect(apply(declared, scaled, "spec.other", "status")).toEqual(declared);
  });
});

describe(row("`ignoreChanges` of a path that holds several fields"), () => {
  it("labels: ours as they are, theirs left out, new ones of nobody as declared", () => {
    const declared = { metadata: { name: "a", labels: { ours: "1", both: "1" } } };
    const found = { metadata: { labels: { ours: "2", both: "2", theirs: "2" } } };
    const current = live(found, owner("ours", labels("ours", "both")), owner("them", labels("both", "theirs")));
    expect(apply(declared, current, "metadata.labels").metadata).toEqual({
      name: "a",
      labels: { ours: "2", both: "2" },
    });
    expect(apply(declared, current, "metadata").metadata).toEqual({ name: "a", labels: { ours: "2", both: "2" } });
    expect(apply(declared, current, "metadata.labels.both", 'metadata.labels["ours"]').metadata).toEqual({
      name: "a",
      labels: { ours: "2", both: "2" },
    });
  });

  it("an element of a list is found by its key, behind one that others put before it", () => {
    const pods = (...containers: Tree[]): Tree => ({ spec: { template: { spec: { containers } } } });
    const declared = pods({ name: "c", image: "x:1", args: ["a"] });
    const sidecar = { name: "sidecar", image: "y" };
    const found = pods(sidecar, { name: "c", image: "x:2", args: ["a"], imagePullPolicy: "Always" });
    const ours = owner("ours", container({ "f:args": {} }));
    const set = live(found, ours, owner("kubectl-set", container({ "f:image": {} })));
    const kept = pods({ name: "c", args: ["a"] });
    expect(apply(declared, set, "spec.template.spec.containers[0].image")).toMatchObject(kept);
    expect(apply(declared, set, "spec.template.spec.containers[*].image").spec).toEqual(kept.spec);
    expect(apply(declared, set, "spec.template.spec.containers[1].image").spec).toEqual(declared.spec);
    expect(apply(declared, set, "spec.template").spec).toEqual(kept.spec);
  });

  it("a list without keys is one field", () => {
    const list = (...args: string[]): Tree => ({ spec: { args } });
    const owned = { "f:spec": { "f:args": {} } };
    expect(apply(list("a"), live(list("b", "c"), owner("ours", owned)), "spec.args").spec).toEqual({
      args: ["b", "c"],
    });
    expect(apply(list("a"), live(list("b"), owner("them", owned)), "spec.args[0]").spec).toEqual({ args: [] });
    const set = { "f:spec": { "f:args": { 'v:"a"': {}, 'v:"b"': {} } } };
    const theirs = { "f:spec": { "f:args": { 'v:"c"': {} } } };
    const both = live(list("a", "b", "c"), owner("ours", set), owner("them", theirs));
    expect(apply(list("a", "b"), both, "spec.args").spec).toEqual({ args: ["a", "b"] });
  });
});
