import { describe, expect, test } from "vitest";
import { describeProblem } from "../../lib/user-error";
import { missingDefinitions } from "../../stacks/existing-definitions";
import { parseLabConfig } from "../../stacks/schema";

const machine = { name: "m1", address: "192.0.2.11", ssh: { host: "192.0.2.11", hostKey: "ssh-ed25519 AAAA" } };
const existing = { cluster: "existing", kubeconfig: "config", machines: JSON.stringify([machine]) };
const confluence = { confluence: "on", confluenceImage: "i", license: "x", spread: "none", interface: "net1" };
const networks = { networks: "macvlan-conf-2", multusDefinitions: "existing" };

const missing = (values: Record<string, string>, seen: string) =>
  missingDefinitions(parseLabConfig({ ...existing, ...values }), seen).map(describeProblem);
const noKind = "the cluster has no kind NetworkAttachmentDefinition (network-attachment-definitions.k8s.cni.cncf.io)";

describe("on a cluster that somebody has made", () => {
  test("a kind that is not there is told, with both ways out", () => {
    expect(missing(networks, "no kind\n")).toEqual([
      `multusDefinitions is "existing": ${noKind}; set it to made, or install the kind that your Multus comes with`,
    ]);
  });

  test.each<[string, string, string]>([
    [
      "with those that are",
      "kind\nnet/vlan-10\ndefault/lan\n",
      "is no NetworkAttachmentDefinition of the cluster, which has: net/vlan-10, default/lan; name one as NAMESPACE/NAME, or create this one",
    ],
    [
      "where there is no other",
      "kind\n",
      "is no NetworkAttachmentDefinition of the cluster, which has: no network; name one as NAMESPACE/NAME, or create this one",
    ],
    ["where there is no Multus at all", "no kind\n", `${noKind}; install Multus and the network`],
  ])("a network that is not there is told, %s", (_, seen, told) => {
    expect(missing({ ...confluence, confluenceNetwork: "net/vlan-20" }, seen)).toEqual([
      `confluenceNetwork is "net/vlan-20": ${told}`,
    ]);
  });

  test.each<[string, Record<string, string>, string]>([
    ["what is there", { ...confluence, ...networks, confluenceNetwork: "net/vlan-20" }, "kind\nnet/vlan-20\n"],
    ["a kind that comes with Multus", { networks: "macvlan-conf-2" }, "no kind\n"],
    ["a network that nothing is on", { confluenceNetwork: "net/vlan-20" }, "kind\n"],
    ["what was not seen", networks, ""],
  ])("nothing is said of %s", (_, values, seen) => expect(missing(values, seen)).toEqual([]));
});
