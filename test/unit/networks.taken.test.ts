import { describe, expect, test } from "vitest";
import type { DhcpIpam, Ipam, MacvlanSpec } from "../../components/networks/nad";
import { type ClusterNetworks, takenByRoutes } from "../../components/networks/taken-by-routes";

const to = (routes: readonly string[], more: Partial<MacvlanSpec> = {}): MacvlanSpec => ({
  network: "lan",
  master: "eth1",
  ipam: { type: "host-local", subnet: "10.10.20.0/24", routes: routes.map((dst) => ({ dst })) },
  ...more,
});
const cluster: ClusterNetworks = { services: "10.96.0.0/12", pods: "10.244.0.0/16", nodes: "172.28.7.0/24" };
const sentence = (by: string, what: string) =>
  `network lan: by its routes to ${by} a pod sends what is for ${what} by this network and not by eth0, and reaches them only if somebody there passes it on; route only to what lies behind the network, or put the plugin sbr into the chain`;
const [services, pods, nodes] = [
  "the Services (10.96.0.0/12)",
  "the pods (10.244.0.0/16)",
  "the nodes (172.28.7.0/24)",
];

const dhcp = (options: Partial<DhcpIpam>) => to([], { ipam: { type: "dhcp", ...options } });
const router =
  'network lan: the dhcp plugin asks the server for a router, and if there is one, a pod sends what is for the Services by this network and not by eth0; ask for none with skipDefault and request: ["subnet-mask"], or put the plugin sbr into the chain';

describe("takenByRoutes", () => {
  test.each<[string, MacvlanSpec, string[]]>([
    ["no routes", to([]), []],
    ["what lies behind the network", to(["192.168.0.0/16", "10.10.0.0/16"]), []],
    ["the default route", to(["0.0.0.0/0"]), [sentence("0.0.0.0/0", `${services}, ${nodes}`)]],
    [
      "both halves of it",
      to(["0.0.0.0/1", "128.0.0.0/1"]),
      [sentence("0.0.0.0/1 and 128.0.0.0/1", `${services}, ${nodes}`)],
    ],
    ["one half", to(["128.0.0.0/1"]), [sentence("128.0.0.0/1", nodes)]],
    // Together, not one by one.
    [
      "both halves of the Services",
      to(["10.104.0.0/13", "10.96.0.0/13"]),
      [sentence("10.104.0.0/13 and 10.96.0.0/13", services)],
    ],
    ["one address of the Services", to(["10.96.0.1/32"]), [sentence("10.96.0.1/32", `a part of ${services}`)]],
    [
      "a gap among them",
      to(["10.96.0.0/14", "10.104.0.0/13"]),
      [sentence("10.96.0.0/14 and 10.104.0.0/13", `a part of ${services}`)],
    ],
    ["the pods", to(["10.244.0.0/16"]), [sentence("10.244.0.0/16", pods)]],
    ["pods of one node", to(["10.244.3.0/24"]), [sentence("10.244.3.0/24", `a part of ${pods}`)]],
    ["a wider route than the CNI's to the pods", to(["10.240.0.0/12"]), []],
    ["sbr in the chain", to(["0.0.0.0/1", "128.0.0.0/1"], { chain: [{ type: "sbr" }] }), []],
    [
      "another plugin in the chain",
      to(["0.0.0.0/0"], { chain: [{ type: "tuning" }] }),
      [sentence("0.0.0.0/0", `${services}, ${nodes}`)],
    ],
    ["a table of their own", to([], { ipam: { ...base(), routes: [{ dst: "0.0.0.0/0", table: 100 }] } }), []],
    ["dhcp, which sets none of them but asks for a router", dhcp({ routes: [{ dst: "0.0.0.0/0" }] }), [router]],
    ["dhcp that asks for none", dhcp({ skipDefault: true, request: ["subnet-mask"] }), []],
    ["dhcp that asks by name", dhcp({ skipDefault: true, request: ["routers"] }), [router]],
    ["dhcp that asks by number", dhcp({ skipDefault: true, request: ["1", "3"] }), [router]],
    ["dhcp with sbr in the chain", { ...dhcp({}), chain: [{ type: "sbr" }] }, []],
  ])("%s", (_, spec, warnings) => {
    expect(takenByRoutes(spec, cluster)).toEqual(warnings);
  });

  test("without the cluster's networks, kubeadm's Services", () => {
    expect(takenByRoutes(to(["0.0.0.0/0"]))).toEqual([sentence("0.0.0.0/0", services)]);
  });
});

function base() {
  return { type: "static" } as const satisfies Ipam;
}
