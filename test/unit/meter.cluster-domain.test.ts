import { expect, test } from "vitest";
import { readDomain } from "../../driver/meter/cluster-domain";
import { dnsTarget } from "../../driver/meter/targets";

const corefile = (domain: string) => `.:53 {
    errors
    kubernetes ${domain} in-addr.arpa ip6.arpa {
       pods insecure
    }
}
`;
const printed = (maps: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
  JSON.stringify({ kind: "List", items: Object.entries(maps).map(([name, data]) => ({ metadata: { name }, data })) });

test.each<[string, string, string]>([
  [
    "kubeadm's for the kubelets",
    printed({ "kubelet-config": { kubelet: "kind: x\nclusterDomain: a.corp\n" } }),
    "a.corp",
  ],
  [
    "the DNS server's, where the kubelets' says nothing",
    printed({ "kubelet-config": { kubelet: "kind: x\n" }, coredns: { Corefile: corefile("b.corp") } }),
    "b.corp",
  ],
  [
    "Kubernetes' own default, where the DNS server has no such zone",
    printed({ coredns: { Corefile: ".:53 {\n}" } }),
    "cluster.local",
  ],
  ["Kubernetes' own default, where there is neither", "", "cluster.local"],
])("a cluster's domain is %s", (_, maps, domain) => expect(readDomain(maps)).toBe(domain));

test("DNS is asked for a name of that domain", () => {
  expect(dnsTarget("10.96.0.10", "a.corp")).toMatchObject({ question: "kubernetes.default.svc.a.corp" });
});
