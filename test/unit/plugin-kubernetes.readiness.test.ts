import { describe, expect, it } from "vitest";
import type { Tree } from "../../toolchain/plugins/host";
import { type Clock, type Poll, poll } from "../../toolchain/plugins/kubernetes/poll";
import {
  claimVerdict,
  commonVerdict,
  controllerVerdict,
  ingressVerdict,
  quotaVerdict,
  serviceVerdict,
  tokenVerdict,
  type Verdict,
  volumeVerdict,
} from "../../toolchain/plugins/kubernetes/readiness";
import { readinessRule } from "../../toolchain/plugins/kubernetes/readiness-rules";
import { row } from "../plugin-page";

const addressed = { status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } };
const slice = (...endpoints: [string, Tree][]): Tree => ({
  endpoints: endpoints.map(([name, conditions]) => ({ addresses: ["10.0.0.1"], targetRef: { name }, conditions })),
});

describe("a Service", () => {
  const service = (spec: Tree, rest: Tree = {}): Tree => ({ metadata: { name: "s" }, spec, ...rest });
  const selector = { app: "a" };

  it("of type LoadBalancer lacks its address, and the way out is told", () => {
    const balanced = service({ type: "LoadBalancer" });
    expect(serviceVerdict(balanced, []).lacks).toBe(
      "waiting for an address in status.loadBalancer.ingress; use type NodePort where the cluster has no load balancers, " +
        'or do not wait for it (annotation pulumi.com/skipAwait: "true")',
    );
    expect(serviceVerdict({ ...balanced, ...addressed }, [])).toEqual({});
  });

  it("waits for the pods behind it that are not ready, but not for those on their way out", () => {
    const behind = slice(["p2", { ready: false }], ["p1", { ready: false }], ["p3", { ready: true }]);
    expect(serviceVerdict(service({ selector }), [behind, behind]).lacks).toBe(
      "waiting for the pods behind it: p1, p2 not ready",
    );
    const leaving = slice(["p1", { ready: false, terminating: true }], ["p2", { ready: true }]);
    expect(serviceVerdict(service({ selector }), [leaving])).toEqual({
      seen: '[["10.0.0.1"]]',
      settleSeconds: 3,
      meanwhile: "pods behind it that are ready: 1; settled after 3 s without a change",
    });
  });

  it(`${row("a Service with pods behind it")}: with nobody behind it settles for longer`, () => {
    expect(serviceVerdict(service({ selector }), [])).toEqual({
      seen: "[]",
      settleSeconds: 10,
      meanwhile: "no pod stands behind it yet; settled after 10 s without a change",
    });
  });

  it.each([
    ["without a selector", {}],
    ["headless", { selector, clusterIP: "None" }],
    ["that is a name elsewhere", { selector, type: "ExternalName" }],
  ])("%s is ready at once", (_, spec) => {
    expect(serviceVerdict(service(spec), [slice(["p", { ready: false }])])).toEqual({});
  });
});

it("an Ingress waits for its address; Services that never come are only warned of", () => {
  const path = (name: string): Tree => ({ backend: { service: { name } } });
  const ingress = {
    spec: { rules: [{ http: { paths: [path("here"), path("gone"), { backend: { resource: {} } }] } }] },
  };
  expect(ingressVerdict(ingress, new Set()).lacks).toMatch(
    /^waiting for an address in status\.loadBalancer\.ingress; an i/,
  );
  expect(ingressVerdict({ ...ingress, ...addressed }, new Set(["here", "gone"]))).toEqual({});
  expect(ingressVerdict({ ...ingress, ...addressed }, new Set(["here"]))).toEqual({
    seen: "gone",
    settleSeconds: 10,
    meanwhile: "its rules name Services that are not there: gone",
    warning: "its rules name Services that are not there: gone",
  });
});

it("a claim waits until it is bound, unless its class waits for a pod", () => {
  const claim = (phase: string, storageClassName?: string): Tree => ({ spec: { storageClassName }, status: { phase } });
  expect(claimVerdict(claim("Bound"), undefined)).toEqual({});
  expect(claimVerdict(claim("Pending", "late"), { volumeBindingMode: "WaitForFirstConsumer" })).toEqual({});
  expect(claimVerdict(claim("Lost", "late"), { volumeBindingMode: "WaitForFirstConsumer" }).lacks).toMatch(/^is Lost/);
  expect(claimVerdict(claim("Pending", "now"), { volumeBindingMode: "Immediate" }).lacks).toBe(
    'is Pending: storage class "now" has no volume for it yet',
  );
  expect(claimVerdict(claim("Pending", "none"), undefined).lacks).toBe('is Pending: there is no storage class "none"');
  expect(claimVerdict(claim("Pending"), undefined).lacks).toMatch(
    /names no storage class, and no PersistentVolume fits/,
  );
});

it.each<[string, Verdict, string | undefined]>([
  ["a volume that is available", volumeVerdict({ status: { phase: "Available" } }), undefined],
  ["a volume that failed", volumeVerdict({ status: { phase: "Failed" } }), "is Failed: neither Available nor Bound"],
  ["a controller of none", controllerVerdict({ spec: { replicas: 0 } }), undefined],
  [
    "a controller of two",
    controllerVerdict({ spec: { replicas: 2 }, status: { availableReplicas: 1 } }),
    "1 of 2 replicas are available",
  ],
  ["a quota in force", quotaVerdict({ spec: { hard: { pods: "1" } }, status: { hard: { pods: "1" } } }), undefined],
  ["a new quota", quotaVerdict({ spec: { hard: { pods: "1" } } }), "not in force yet: status.hard is not spec.hard"],
  ["a Secret of one's own", tokenVerdict({ type: "Opaque" }), undefined],
  [
    "a token's Secret",
    tokenVerdict({
      type: "kubernetes.io/service-account-token",
      metadata: { annotations: { "kubernetes.io/service-account.name": "a" } },
    }),
    'waiting for the token of service account "a"',
  ],
  ["an object without a status", commonVerdict({ metadata: { generation: 2 } }), undefined],
  [
    "an object whose controller lags",
    commonVerdict({ metadata: { generation: 2 }, status: { observedGeneration: 1 } }),
    "its controller has not seen the change yet",
  ],
  [
    "an object that is not ready",
    commonVerdict({ status: { conditions: [{ type: "Ready", status: "False", message: "no disk" }] } }),
    "condition Ready is False: no disk",
  ],
])("%s", (_, { lacks }, expected) => expect(lacks).toBe(expected));

it("other kinds are waited for only where PULUMI_K8S_AWAIT_ALL says so", () => {
  const widget = { group: "example.com", version: "v1", kind: "Widget" };
  const role = { group: "rbac.authorization.k8s.io", version: "v1", kind: "Role" };
  expect(readinessRule(widget, {})).toBeUndefined();
  expect(readinessRule(widget, { PULUMI_K8S_AWAIT_ALL: "true" })?.seconds).toBe(600);
  expect(readinessRule(role, { PULUMI_K8S_AWAIT_ALL: "true" })).toBeUndefined();
});

describe("poll", () => {
  /** Time passes only while the poll sleeps. */
  const clock = (): Clock => {
    let milliseconds = 0;
    return {
      now: () => milliseconds,
      sleep: async (more) => {
        milliseconds += more;
      },
    };
  };
  const asking = (verdicts: (seconds: number) => Verdict, over: Partial<Poll> = {}) => {
    const time = clock();
    const waits: string[] = [];
    const polled = poll(
      {
        get: async () => ({}),
        look: async () => verdicts(time.now() / 1000),
        onWait: (what) => void waits.push(what),
        seconds: 60,
        signal: new AbortController().signal,
        ...over,
      },
      time,
    );
    return polled.then((ended) => ({ ...ended, waits, seconds: Math.round(time.now() / 1000) }));
  };

  it("ends at once where nothing lacks and nothing settles", async () => {
    expect(await asking(() => ({}))).toEqual({ waits: [], seconds: 0 });
  });

  it("tells what it waits for once, and what lacked last at the deadline", async () => {
    const lacks = (seconds: number): Verdict => ({ lacks: seconds < 30 ? "an address" : "its pods" });
    expect(await asking(lacks)).toEqual({
      why: "was not ready within 60 s: its pods",
      waits: ["an address", "its pods"],
      seconds: 60,
    });
  });

  it("settles anew with every change, and warns at the end", async () => {
    const seen = (seconds: number): Verdict => ({
      seen: seconds < 20 ? "one" : "two",
      settleSeconds: 25,
      warning: "odd",
    });
    const { seconds, warning } = await asking(seen);
    expect(seconds).toBeGreaterThanOrEqual(45);
    expect(seconds).toBeLessThan(50);
    expect(warning).toBe("odd");
  });

  it("takes what lacks nothing for ready at the deadline, and at once when it may only look", async () => {
    const settling = (): Verdict => ({ settleSeconds: 100 });
    expect(await asking(settling)).toMatchObject({ seconds: 60 });
    expect((await asking(settling)).why).toBeUndefined();
    expect((await asking(settling, { seconds: 0 })).why).toBeUndefined();
    expect((await asking(() => ({ lacks: "an address" }), { seconds: 0 })).why).toBe("is not ready: an address");
  });

  it("goes on while the API server is away, and says what was waited for when it is cancelled", async () => {
    const away = async (): Promise<Tree> => {
      throw new Error("no answer");
    };
    expect((await asking(() => ({}), { get: away })).why).toBe("was not ready within 60 s: no answer");
    expect((await asking(() => ({}), { get: async () => undefined })).why).toMatch(/it was deleted meanwhile$/);
    const aborter = new AbortController();
    const cancelled = asking(() => ({ lacks: "an address" }), {
      signal: aborter.signal,
      onWait: () => aborter.abort(),
    });
    expect((await cancelled).why).toBe("was not ready yet when this was cancelled: an address");
  });
});
