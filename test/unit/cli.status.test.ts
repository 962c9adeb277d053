import { expect, test } from "vitest";
import type { ClusterAccess } from "../../checks/engine/access";
import { describeNetworks, lookAtNetworks } from "../../cli/commands/status-networks";

/** A cluster whose kubectl answers a question that holds a word; it fails on any other. */
const answering = (answers: Record<string, unknown>): ClusterAccess => ({
  nodes: [],
  async kubectl(args) {
    const found = Object.entries(answers).find(([word]) => args.includes(word));
    const stdout = found === undefined ? "" : JSON.stringify(found[1]);
    return { argv: args, exitCode: found === undefined ? 1 : 0, stdout, stderr: "", ms: 1 };
  },
  pod: () => Promise.reject(new Error("no pod is asked")),
  node: () => Promise.reject(new Error("no node is asked")),
});

test("the networks of a stack are told with Multus and the DHCP server", async () => {
  const config = (ipam: string) => JSON.stringify({ type: "macvlan", master: "eth1", ipam: { type: ipam } });
  const access = answering({
    "network-attachment-definitions": {
      items: [
        { metadata: { name: "macvlan-conf" }, spec: { config: config("host-local") } },
        { metadata: { name: "macvlan-conf-2" }, spec: { config: config("dhcp") } },
        { metadata: { name: "broken" }, spec: { config: "{" } },
      ],
    },
    "kube-multus-ds": { status: { desiredNumberScheduled: 3, numberReady: 2 } },
  });
  const seen = await lookAtNetworks(access, { container: "cni-lab-x-dhcp", running: false });
  expect(describeNetworks(seen)).toEqual([
    "Multus 2/3 ready, macvlan-conf (macvlan on eth1, host-local), macvlan-conf-2 (macvlan on eth1, dhcp), broken (?), DHCP server cni-lab-x-dhcp (stopped)",
  ]);
});

test("a stack without Multus has none, and a line less", async () => {
  const seen = await lookAtNetworks(answering({}), undefined);
  expect(seen).toEqual({ networks: [] });
  expect(describeNetworks(seen)).toEqual([]);
});
