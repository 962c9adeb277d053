import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MacvlanSpec, macvlanConf } from "../../components/networks/nad";
import { requestAnnotation } from "../../components/networks/request";
import { probeNames } from "../../components/probe/probe-names";
import { probePod } from "../../components/probe/probe-pod";
import { images } from "../../lib/versions";
import type { LabUnderTest } from "./lab";

const { namespace } = probeNames;
const routes = [{ dst: "0.0.0.0/1" }, { dst: "128.0.0.0/1" }];

/** Two networks with both halves of the default route: one as it is, one with plugins behind macvlan. */
const networks: readonly MacvlanSpec[] = [
  { network: "halves", master: "eth1", ipam: { type: "host-local", subnet: "10.10.41.0/24", routes } },
  {
    network: "chained",
    master: "eth1",
    ipam: { type: "host-local", subnet: "10.10.40.0/24", routes },
    chain: [
      { type: "tuning", mac: "02:00:0a:0a:28:01", mtu: 1400, sysctl: { "net.ipv4.conf.IFNAME.arp_announce": "2" } },
      { type: "sbr" },
    ],
  },
];

const objects = networks.flatMap((spec) => [
  {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name: spec.network, namespace },
    spec: { config: macvlanConf(spec) },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: spec.network, namespace, annotations: requestAnnotation({ name: spec.network, namespace }) },
    spec: { ...probePod(images.probe, 0), nodeName: "n2" },
  },
]);

/** A user's own networks on a healthy stack with Multus: what the plugins do to a pod, and what the check says of it. */
export function testChain(lab: LabUnderTest): void {
  describe("networks of a user's own", () => {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const kubectl = (script: string) => lab.shell(`printf %s "$1" | ./lab kubectl -s "$0" ${script}`, lab.stack, list);
    const inPod = async (...argv: string[]) =>
      (await lab.run("kubectl", "-s", lab.stack, "-n", namespace, "exec", "chained", "--", ...argv)).stdout;

    beforeAll(async () => {
      expect(await kubectl("apply -f -")).toBe(0);
      expect(await kubectl(`-n ${namespace} wait --for=condition=Ready pod/halves pod/chained --timeout=60s`)).toBe(0);
    });

    afterAll(async () => {
      expect(await kubectl("delete --ignore-not-found -f -")).toBe(0);
    });

    test("tuning sets what stands in the chain", async () => {
      expect(await inPod("ip", "link", "show", "net1")).toMatch(/mtu 1400 [\s\S]*02:00:0a:0a:28:01/);
      expect((await inPod("cat", "/proc/sys/net/ipv4/conf/net1/arp_announce")).trim()).toBe("2");
    });

    test("sbr keeps the routes for what is sent from net1's address", async () => {
      const address = /inet ([\d.]+)/.exec(await inPod("ip", "-4", "-o", "address", "show", "net1"))?.[1];
      expect(await inPod("ip", "rule")).toContain(`from ${address} lookup 100`);
      expect(await inPod("ip", "route", "get", "10.96.0.1")).toContain("dev eth0");
      expect(await inPod("ip", "route", "get", "10.96.0.1", "from", String(address))).toContain("dev net1");
    });

    test("check names the pod whose routes take the Services, and no other", async () => {
      const { exitCode, all } = await lab.run("check", lab.stack, "--lab", "multihomed");
      expect(exitCode).toBe(1);
      expect(all).toMatch(/^FAILED +cluster-by-eth0 n2: .*cni-lab\/halves \([\d.]+, a Service, by net1\)/m);
      expect(all).not.toContain("cni-lab/chained");
      expect(all).toMatch(/^ok +cluster-by-eth0 n1:/m);
    });
  });
}
