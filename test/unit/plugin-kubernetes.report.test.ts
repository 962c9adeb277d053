import { describe, expect, it } from "vitest";
import { Secret, type Tree, UNKNOWN } from "../../toolchain/plugins/host";
import { deadlineSeconds, propagationPolicy } from "../../toolchain/plugins/kubernetes/annotations";
import { ApiError, isFieldConflict, isInvalid, Unreachable } from "../../toolchain/plugins/kubernetes/api-error";
import { describeConflict } from "../../toolchain/plugins/kubernetes/conflict";
import { describeConditions, describeEvents, describePods } from "../../toolchain/plugins/kubernetes/diagnosis";
import { idOf, parseId } from "../../toolchain/plugins/kubernetes/object";
import { inputsOf, managerOf, outputsOf, previewOf } from "../../toolchain/plugins/kubernetes/state";
import { waitPlan } from "../../toolchain/plugins/kubernetes/wait-plan";
import { row } from "../plugin-page";

describe("what a person reads", () => {
  const pod = (name: string, status: Tree, spec: Tree = {}): Tree => ({ metadata: { name }, spec, status });

  it("says of each pod why it is not ready", () => {
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    expect(
      describePods([
        pod("ready", { conditions: [{ type: "Ready", status: "True" }] }),
        pod("done", { phase: "Succeeded" }),
        pod("pull", { containerStatuses: [{ name: "c", state: { waiting } }] }, { nodeName: "n1" }),
        pod("crash", {
          containerStatuses: [
            {
              name: "c",
              state: { waiting: { reason: "CrashLoopBackOff" } },
              lastState: { terminated: { exitCode: 3 } },
            },
          ],
        }),
        pod("late", { conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }] }),
        pod("unready", { containerStatuses: [{ name: "c", ready: false, state: { running: { startedAt: "x" } } }] }),
        pod("fifth", { phase: "Pending" }),
      ]),
    ).toEqual([
      "pod pull on n1: container c waits: ImagePullBackOff (no such image)",
      "pod crash: container c waits: CrashLoopBackOff, ended with 3 before",
      "pod late: 0/3 nodes are available",
      "pod unready: container c runs but is not ready",
      "1 more pods are not ready",
    ]);
  });

  it("says what conditions and events say, the newest first and each once", () => {
    const conditions = [
      { type: "Available", status: "False", message: "no minimum" },
      { type: "ReplicaFailure", status: "True", message: "quota" },
      { type: "Progressing", status: "True", message: "fine" },
    ];
    expect(describeConditions({ status: { conditions } })).toEqual([
      "condition Available is False: no minimum",
      "condition ReplicaFailure is True: quota",
    ]);
    const event = (message: string, lastTimestamp: string): Tree => ({
      involvedObject: { kind: "Pod", name: "p" },
      reason: "Failed",
      message,
      lastTimestamp,
    });
    expect(
      describeEvents([event("old", "2026-01-01"), event("new", "2026-01-02"), event("new", "2026-01-03")]),
    ).toEqual(["event on Pod p: Failed: new", "event on Pod p: Failed: old"]);
  });

  it("names the field, the other manager and both ways out of a conflict", () => {
    const status = {
      code: 409,
      reason: "Conflict",
      message: "Apply failed",
      details: {
        causes: [
          { reason: "FieldManagerConflict", message: 'conflict with "kubectl-edit" using v1', field: ".data.a" },
        ],
      },
    };
    const error = new ApiError(409, JSON.stringify(status));
    expect(isFieldConflict(error)).toBe(true);
    expect(describeConflict(error, "ConfigMap default/a", "pulumi-kubernetes-1")).toBe(
      'ConfigMap default/a: another field manager owns what "pulumi-kubernetes-1" was to set: data.a is owned by "kubectl-edit". ' +
        'Either take the fields over with the annotation pulumi.com/patchForce: "true" (or the provider\'s enablePatchForce), ' +
        "or leave them out of the program, so that the other manager keeps them.",
    );
  });

  it("reads any answer of a server", () => {
    expect(new ApiError(502, "<html>bad gateway</html>")).toMatchObject({
      code: 502,
      message: "HTTP 502: <html>bad gateway</html>",
      causes: [],
    });
    expect(isInvalid(new ApiError(422, "{}"))).toBe(true);
    expect(new Unreachable("https://a:1", "connect ECONNREFUSED").message).toBe(
      "Kubernetes API server https://a:1 can't be reached: connect ECONNREFUSED; check that the cluster runs and that the kubeconfig names its address",
    );
    expect(new Unreachable("https://a:1", "self-signed certificate").message).toMatch(/another cluster answers there/);
  });
});

describe("waitPlan", () => {
  const plan = (apiVersion: string, kind: string, rest: Tree = {}, annotations: Tree = {}) => {
    const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
    const live = { apiVersion, kind, metadata: { name: "a", annotations }, ...rest };
    return waitPlan({ group, version, kind }, live, "things/a")?.waits.map(({ argv, means }) => [
      argv.join(" "),
      means,
    ]);
  };

  it.each(["DaemonSet", "Deployment", "StatefulSet"])("rolls out a %s", (kind) => {
    expect(plan("apps/v1", kind)).toEqual([[`rollout status ${kind.toLowerCase()}/a`, "ready"]]);
  });

  it("does not wait for what never rolls out by itself", () => {
    expect(plan("apps/v1", "DaemonSet", { spec: { updateStrategy: { type: "OnDelete" } } })).toBeUndefined();
    expect(plan("apps/v1", "Deployment", { spec: { paused: true } })).toBeUndefined();
    expect(plan("batch/v1", "Job", { spec: { suspend: true } })).toBeUndefined();
    expect(plan("v1", "ConfigMap")).toBeUndefined();
  });

  it("waits for a Job's end, good or bad, and for a Pod", () => {
    expect(plan("batch/v1", "Job")).toEqual([
      ["wait things/a --for=condition=Complete", "ready"],
      ["wait things/a --for=condition=Failed", "failed"],
    ]);
    expect(plan("v1", "Pod")?.map(([, means]) => means)).toEqual(["ready", "ready", "failed"]);
  });

  it(`${row("a new Namespace, a new CustomResourceDefinition")} is not waited for when it is there already`, () => {
    const established = { status: { conditions: [{ type: "Established", status: "True" }] } };
    expect(plan("apiextensions.k8s.io/v1", "CustomResourceDefinition")).toHaveLength(2);
    expect(plan("apiextensions.k8s.io/v1", "CustomResourceDefinition", established)).toBeUndefined();
    expect(plan("v1", "Namespace", { status: { phase: "Active" } })).toBeUndefined();
  });

  it("honours pulumi.com/waitFor", () => {
    const annotations = { "pulumi.com/waitFor": '["jsonpath={.status.a}=1", "condition=Ready"]' };
    expect(plan("example.com/v1", "Widget", {}, annotations)).toEqual([
      ["wait things/a --for=jsonpath={.status.a}=1", "ready"],
      ["wait things/a --for=condition=Ready", "ready"],
    ]);
  });
});

it("the deadline is customTimeouts', the annotation's, the kind's, or ten minutes", () => {
  const annotated = (value: string): Tree => ({ metadata: { annotations: { "pulumi.com/timeoutSeconds": value } } });
  expect(deadlineSeconds({}, undefined)).toBe(600);
  expect(deadlineSeconds(annotated("30"), undefined)).toBe(30);
  expect(deadlineSeconds(annotated("30"), 5)).toBe(5);
  expect(deadlineSeconds(annotated("soon"), undefined)).toBe(600);
  expect(deadlineSeconds({}, undefined, 60)).toBe(60);
});

it("deletes in the foreground unless told otherwise", () => {
  const annotated = (value: string): Tree => ({
    metadata: { annotations: { "pulumi.com/deletionPropagationPolicy": value } },
  });
  expect(propagationPolicy({})).toBe("Foreground");
  expect(propagationPolicy(annotated("orphan"))).toBe("Orphan");
  expect(propagationPolicy(annotated("Background"))).toBe("Background");
});

it("an id is namespace and name", () => {
  expect(idOf({ metadata: { name: "a", namespace: "b" } })).toBe("b/a");
  expect(idOf({ metadata: { name: "a" } })).toBe("a");
  expect(parseId("b/a")).toStrictEqual({ namespace: "b", name: "a" });
  expect(parseId("a")).toStrictEqual({ namespace: undefined, name: "a" });
});

describe("outputs", () => {
  const live = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", uid: "u", managedFields: [{ manager: "m" }] },
    data: { a: "b" },
  };
  const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: new Secret("b") } };

  it(`hold the live object, the inputs and their owner; ${row("`metadata.managedFields` in the outputs")}: none`, () => {
    expect(outputsOf(live, inputs, {}, "m")).toStrictEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", uid: "u" },
      data: { a: new Secret("b") },
      __inputs: inputs,
      __initialApiVersion: "v1",
      __fieldManager: "m",
    });
    expect(inputsOf(outputsOf(live, inputs, {}, "m"))).toBe(inputs);
  });

  it("keep a Secret secret, with what the server made of its stringData, and without kubectl's copy", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{secret}", other: "x" };
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "a", annotations }, data: { a: "Yg==" } };
    const outputs = outputsOf(secret, { stringData: new Secret({ a: "b" }) }, {}, "m");
    expect(outputs.data).toStrictEqual(new Secret({ a: "Yg==" }));
    expect(outputs.metadata).toStrictEqual({ name: "a", annotations: { other: "x" } });
  });

  it(`of ${row("a create in a preview")} leave unknown what the server will choose anew`, () => {
    const tried = { ...live, kind: "Service", spec: { clusterIP: "10.0.0.9", type: "ClusterIP" }, status: { x: {} } };
    const outputs = previewOf(tried, { ...inputs, kind: "Service", spec: {} }, "m");
    expect(outputs.status).toBe(UNKNOWN);
    expect(outputs.spec).toStrictEqual({ clusterIP: UNKNOWN, type: "ClusterIP" });
    expect(outputs.metadata).toMatchObject({ name: "a", uid: UNKNOWN });
    const fixed = previewOf(tried, { ...inputs, kind: "Service", spec: { clusterIP: "10.0.0.9" } }, "m");
    expect(fixed.spec).toStrictEqual({ clusterIP: "10.0.0.9", type: "ClusterIP" });
  });

  it("keep the field manager they were made by, unless an annotation names one", () => {
    expect(managerOf({}, { __fieldManager: "before" }, "urn")).toBe("before");
    const annotated = { metadata: { annotations: { "pulumi.com/patchFieldManager": "chosen" } } };
    expect(managerOf(annotated, { __fieldManager: "before" }, "urn")).toBe("chosen");
    expect(managerOf({}, {}, "urn")).toMatch(/^pulumi-kubernetes-/);
  });
});
