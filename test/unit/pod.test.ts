import { expect, test } from "vitest";
import { furtherInterfaces, readPod, readPods, stateOf } from "../../checks/readers/pod";
import { networkAnnotations } from "../../components/networks/names";

const bare = { metadata: { namespace: "a", name: "p" } };
const noted = (status: unknown) =>
  readPod({
    metadata: {
      ...bare.metadata,
      annotations: { [networkAnnotations.status]: typeof status === "string" ? status : JSON.stringify(status) },
    },
  });

test("a pod that has nothing yet is one, and what is no pod is none", () => {
  expect(readPod(bare)).toEqual({
    namespace: "a",
    name: "p",
    labels: {},
    owners: [],
    hostNetwork: false,
    phase: "Unknown",
    isLeaving: false,
    isReady: false,
    restarts: 0,
    images: [],
    interfaces: [],
    asksFor: [],
  });
  expect([readPod(undefined), readPod({}), readPod({ metadata: { name: 1 } })]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("a pod with its node, its state, its containers and what made it", () => {
  const pod = readPod({
    metadata: {
      ...bare.metadata,
      uid: "u",
      labels: { app: "x" },
      ownerReferences: [{ kind: "DaemonSet", name: "d", uid: "1" }],
      deletionTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: { nodeName: "n1", hostNetwork: true, containers: [{ image: "i:1" }, {}] },
    status: {
      phase: "Running",
      podIP: "10.0.0.1",
      conditions: [{ type: "Ready", status: "True" }],
      initContainerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
      containerStatuses: [
        { restartCount: 2, state: { running: { startedAt: "1970-01-01T00:00:07Z" } } },
        { restartCount: 1, state: { waiting: { reason: "CrashLoopBackOff" } } },
      ],
    },
  });
  expect(pod).toMatchObject({ uid: "u", labels: { app: "x" }, owners: [{ kind: "DaemonSet", name: "d" }], node: "n1" });
  expect(pod).toMatchObject({ hostNetwork: true, ip: "10.0.0.1", isReady: true, waiting: "PodInitializing" });
  expect(pod).toMatchObject({ restarts: 3, startedAt: 7_000, images: ["i:1"], phase: "Running", isLeaving: true });
  expect(pod && stateOf(pod)).toBe("Terminating");
});

test("its interfaces are those that Multus notes, the CNI's marked, and none where the note is something else", () => {
  const pod = noted([
    { name: "cbr0", interface: "eth0", ips: ["10.244.0.2"], default: true, mac: "AA:00:00:00:00:01", dns: {} },
    { name: "a/macvlan", interface: "net1", ips: ["192.168.0.7/24"], mac: "AA:00:00:00:00:02" },
    { name: "a/none" },
  ]);
  expect(pod?.interfaces).toEqual([
    { network: "cbr0", link: "eth0", isDefault: true, ips: ["10.244.0.2"], mac: "aa:00:00:00:00:01" },
    { network: "a/macvlan", link: "net1", isDefault: false, ips: ["192.168.0.7"], mac: "aa:00:00:00:00:02" },
    { network: "a/none", link: undefined, isDefault: false, ips: [], mac: undefined },
  ]);
  expect(pod && furtherInterfaces(pod).map(({ link }) => link)).toEqual(["net1"]);
  for (const note of ['[{"interface":', '{"interface":"net1"}', [{ interface: 1 }], "null"]) {
    expect(noted(note)?.interfaces).toEqual([]);
  }
});

test("the networks that it asks for are named as words or as objects", () => {
  const asks = (annotation: string) =>
    readPod({ metadata: { ...bare.metadata, annotations: { [networkAnnotations.wanted]: annotation } } })?.asksFor;
  expect(asks("one, two@net2")).toEqual(["one", "two@net2"]);
  expect(asks('[{"name":"one","interface":"net1"},{"name":"two"}]')).toEqual(["one", "two"]);
});

test("of a list all pods are read, and what is no list is none", () => {
  expect(readPods(JSON.stringify({ items: [bare, {}, bare] }))?.length).toBe(2);
  expect([readPods(undefined), readPods("{"), readPods("{}")]).toEqual([undefined, undefined, undefined]);
});
