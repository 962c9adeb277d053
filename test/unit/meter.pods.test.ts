import { expect, test } from "vitest";
import { PodAddresses, type PodEvent, readPodEvent } from "../../driver/meter/pod-addresses";

interface PodLook {
  readonly ready?: boolean;
  readonly leaving?: boolean;
  readonly address?: string;
  readonly node?: string;
}

function seen(name: string, look: PodLook = {}, type = "MODIFIED"): PodEvent {
  const { ready = true, leaving = false, address = `address of ${name}`, node = "n1" } = look;
  const object = {
    metadata: { name, uid: `uid of ${name}`, ...(leaving ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
    spec: { nodeName: node },
    status: { podIP: address, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
  const event = readPodEvent(JSON.stringify({ type, object }));
  if (event === undefined) throw new Error("an event of a pod is read");
  return event;
}

function after(...events: readonly PodEvent[]): PodAddresses {
  const addresses = new PodAddresses();
  for (const event of events) {
    addresses.take(event);
  }
  return addresses;
}

test("a node without a Ready pod has no address at first", () => {
  expect(after().of("n1")).toBeUndefined();
  expect(after(seen("a", { ready: false })).of("n1")).toBeUndefined();
});

test("the address stays with its pod while another comes", () => {
  expect(after(seen("b"), seen("a")).of("n1")).toBe("address of b");
});

test("the other pod of the node takes over as soon as one is ending, gone or not Ready", () => {
  expect(after(seen("a"), seen("b"), seen("a", { leaving: true })).of("n1")).toBe("address of b");
  expect(after(seen("a"), seen("b"), seen("a", { ready: false })).of("n1")).toBe("address of b");
  expect(after(seen("a"), seen("b"), seen("a", {}, "DELETED")).of("n1")).toBe("address of b");
});

test("without any such pod the last known address stands", () => {
  const events = [seen("a"), seen("a", { leaving: true }), seen("a", {}, "DELETED"), seen("b", { ready: false })];
  expect(after(...events).of("n1")).toBe("address of a");
  expect(after(...events, seen("b")).of("n1")).toBe("address of b");
});

test("a pod that gets another address is followed", () => {
  expect(after(seen("a"), seen("a", { address: "new" })).of("n1")).toBe("new");
});

test("each node has its own", () => {
  const addresses = after(seen("a"), seen("b", { node: "n2" }));
  expect([addresses.of("n1"), addresses.of("n2"), addresses.of("n3")]).toEqual([
    "address of a",
    "address of b",
    undefined,
  ]);
});

test("a watch that starts anew forgets pods that went meanwhile", () => {
  const addresses = after(seen("a"), seen("b"));
  addresses.restart();
  addresses.take(seen("c"));
  expect(addresses.of("n1")).toBe("address of c");
});
