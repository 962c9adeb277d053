import { expect, test } from "vitest";
import { ConfluenceCluster, SecondaryNetwork } from "../../components/facades";
import { only, record } from "./mocks";

const network = (args: object = {}) =>
  record(() => new SecondaryNetwork("lan", { namespace: "default", network: "lan", master: "eth1", ...args }));
const database = { databaseUrl: "jdbc:x", databaseUser: "u", databasePassword: "p" };
const confluence = (args: object = {}) =>
  record(() => new ConfluenceCluster("wiki", { namespace: "wiki", image: "i", ...database, ...args }));
const refusal = (run: Promise<unknown>) =>
  run.then(
    () => "taken",
    ({ message }) => message,
  );
// biome-ignore lint/suspicious/noExplicitAny: a pod, looked into
const podOf = (resources: Awaited<ReturnType<typeof record>>, name: string): any =>
  only(resources, name).inputs.spec.template.spec;

test("a network on a cluster that has the kind, with the node's dhcp plugin, in folders of its own", async () => {
  const folders = { confFolder: "/k3s/net.d", binFolder: "/k3s/bin" };
  const dhcp = { ipam: "dhcp", dhcpImage: "pause:1", dhcpPlugin: "node" };
  const resources = await network({ ...folders, ...dhcp, definitions: "existing" });
  expect(only(resources, "lan-multus-definitions").id).toBe("network-attachment-definitions.k8s.cni.cncf.io");
  const mounted = podOf(resources, "lan-multus-daemonset").volumes.map(
    (each: { hostPath?: { path: string } }) => each.hostPath?.path,
  );
  expect(mounted).toEqual(expect.arrayContaining(Object.values(folders)));
  expect(podOf(resources, "lan-dhcp-daemonset").containers[0]).toMatchObject({
    image: "pause:1",
    command: ["/bin/sh", "-ec", "rm -f /run/cni/dhcp.sock; exec /k3s/bin/dhcp daemon"],
  });
  const usual = await network({ ipam: "dhcp", dhcpImage: "dhcp:1" });
  expect(only(usual, "lan-multus-definitions").id).toBeUndefined();
  expect(podOf(usual, "lan-dhcp-daemonset").containers[0].command[2]).toContain("exec /usr/bin/dhcp daemon");
});

test("what means nothing without another argument of a network is refused", async () => {
  expect(await refusal(network({ dhcpPlugin: "node" }))).toBe(
    "dhcpPlugin: has no effect with ipam static; leave it out, or set ipam to dhcp",
  );
  expect(await refusal(network({ multus: false, definitions: "existing" }))).toBe(
    "definitions: has no effect where multus is false; leave it out",
  );
});

test("Confluence behind an Ingress, with what a cluster wants of its pods", async () => {
  const resources = await confluence({
    ...{ ingressHost: "wiki.example.com", ingressClass: "nginx", ingressTlsSecret: "tls" },
    ...{ imagePullSecrets: ["registry"], nodeSelector: { disk: "ssd" }, env: { ATL_TOMCAT_CONTEXTPATH: "wiki" } },
  });
  expect(only(resources, "wiki-confluence-ingress").inputs.spec).toMatchObject({
    ingressClassName: "nginx",
    tls: [{ hosts: ["wiki.example.com"], secretName: "tls" }],
  });
  const pod = podOf(resources, "wiki-confluence-statefulset");
  expect([pod.imagePullSecrets, pod.nodeSelector]).toEqual([[{ name: "registry" }], { disk: "ssd" }]);
  expect(pod.containers[0].env.at(-1)).toEqual({ name: "ATL_TOMCAT_CONTEXTPATH", value: "wiki" });
  expect((await confluence()).filter(({ name }) => name.endsWith("-ingress"))).toEqual([]);
  expect(await refusal(confluence({ ingressClass: "nginx" }))).toBe(
    "ingressClass: has no effect without ingressHost; leave it out, or set ingressHost",
  );
});
