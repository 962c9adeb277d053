import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import { Cni } from "../../components/cni/cni";
import { Etcd } from "../../components/cni/flannel-etcd/etcd";
import type { FlannelEtcdArgs } from "../../components/cni/flannel-etcd/flannel-etcd";
import { buildLab } from "../../stacks/lab";
import { parseLabConfig } from "../../stacks/schema";
import { namesOf, only, type Registered, record } from "./mocks";

const registered = vi.spyOn(MockMonitor.prototype, "registerResource");
afterEach(() => registered.mockClear());

/** The resources that one depends on, by name. */
const needs = (name: string) =>
  registered.mock.calls
    .filter(([request]) => request.getName() === name)
    .flatMap(([request]) => request.getDependenciesList() as string[])
    .map((urn) => urn.split("::").at(-1));

const command = "command:local:Command";
const shell = new ContainerShell(podman, "c");
const nodes = ["n1", "n2", "n3"].map((name) => ({ name, shell }));
const etcdOf = () => {
  const lan = { network: "cni-lab-s", link: "eth1", cidr: "172.28.7.0/24" };
  return new Etcd("etcd", {
    stack: "s",
    image: "node:1",
    lan: { ...lan, engine: podman, id: undefined as never },
    address: "172.28.7.3",
  });
};
const install = (args: Partial<FlannelEtcdArgs> = {}) =>
  record(
    () =>
      new Cni("cni", { type: "flannel-etcd", etcd: etcdOf(), ...args, access: { nodes, kubeconfig: "credentials" } }),
    { "etcd-container": "the-id" },
  );

describe("Cni flannel-etcd", () => {
  test("has an etcd, its config, and a service on each node between clean-up and handover", async () => {
    expect(namesOf(await install(), command)).toEqual([
      ...["n1", "n2", "n3"].map((node) => `cni-flannel-etcd-arrival-${node}`),
      ...["n1", "n2", "n3"].map((node) => `cni-flannel-etcd-clean-${node}`),
      "cni-flannel-etcd-config",
      ...["n1", "n2", "n3"].map((node) => `cni-flannel-etcd-handover-${node}`),
      ...["n1", "n2", "n3"].map((node) => `cni-flannel-etcd-${node}`),
      "etcd-container",
    ]);
  });

  test("starts one node after the other, and is gone before a node is cleaned", async () => {
    await install();
    const cleaned = ["cni-flannel-etcd-clean-n1", "cni-flannel-etcd-clean-n2", "cni-flannel-etcd-clean-n3"];
    expect(needs("cni-flannel-etcd-n1")).toEqual(expect.arrayContaining(["cni-flannel-etcd-config", ...cleaned]));
    expect(needs("cni-flannel-etcd-n3")).toEqual(expect.arrayContaining(["cni-flannel-etcd-n2", ...cleaned]));
    expect(needs("cni-flannel-etcd-handover-n1")).toEqual(
      expect.arrayContaining(["cni-flannel-etcd-n1", "cni-flannel-etcd-n2", "cni-flannel-etcd-n3"]),
    );
  });

  test("has its network in the cluster, as no DaemonSet tells it", async () => {
    const wish = async (args?: Partial<FlannelEtcdArgs>) => only(await install(args), "cni-desired").inputs.data;
    expect(await wish()).toEqual({ cni: "flannel-etcd", network: "80.0.0.0/8" });
    expect(await wish({ network: "90.0.0.0/8" })).toEqual({ cni: "flannel-etcd", network: "90.0.0.0/8" });
  });

  test("puts its config in etcd anew when that is another one", async () => {
    const { create, stdin, triggers } = only(await install({ subnetLength: 20 }), "cni-flannel-etcd-config").inputs;
    expect(create).toMatch(
      /^podman exec --interactive cni-lab-s-etcd .* http:\/\/172\.28\.7\.3:2379 \/cluster\.local\/network\/config$/,
    );
    expect(JSON.parse(stdin)).toMatchObject({ Network: "80.0.0.0/8", SubnetLen: 20, Backend: { Type: "vxlan" } });
    expect(triggers).toEqual(["the-id"]);
  });

  test("has flanneld's options in the node's script, and the credentials on no command line", async () => {
    const resources = await install({ iface: { by: "name", name: "eth1" }, image: "flannel:2" });
    const { create, delete: remove, environment, stdin, triggers } = only(resources, "cni-flannel-etcd-n2").inputs;
    expect(create).toMatch(/ sh n2 flannel:2$/);
    expect(environment.CREATE).toContain('FLANNEL_ETCD="http://172.28.7.3:2379"');
    expect(environment.CREATE).toContain('FLANNEL_OPTIONS="--ip-masq --iface=eth1"');
    expect(environment.DELETE).toContain("systemctl --quiet disable --now flanneld.service");
    expect(stdin).toMatchObject({ value: "credentials" });
    expect(create + remove).not.toContain("credentials");
    expect(triggers).toEqual(["n2", "the-id"]);
  });

  test("refuses what it can't do", async () => {
    const iface = { by: "annotation", annotation: "node-public-ip" } as const;
    await expect(install({ iface })).rejects.toThrow(
      'iface.by is "annotation": is read from Kubernetes, and this flannel asks only etcd',
    );
    await expect(record(() => new Cni("cni", { type: "flannel-etcd", etcd: etcdOf() }))).rejects.toThrow(
      "access: must be given with the CNI flannel-etcd, which is a service on the nodes",
    );
  });
});

test("etcd is a container on the LAN, from the nodes' image, that stops when it is told to", async () => {
  const { create, delete: remove } = only(await record(etcdOf, { "etcd-container": "id" }), "etcd-container").inputs;
  expect(create).toContain(" --label cni-lab.stack=s --label cni-lab.part=etcd ");
  expect(create).toContain(" --stop-signal SIGTERM ");
  expect(create).toContain(" --network cni-lab-s:ip=172.28.7.3,interface_name=eth1 ");
  expect(create).toContain(" node:1 sh -euc ");
  expect(create).toMatch(/ sh http:\/\/172\.28\.7\.3:2379$/);
  const own = "--filter 'name=^cni-lab-s-etcd$' --filter label=cni-lab.owner=file:///state";
  expect(remove).toBe(`podman rm --force --ignore --volumes --time 0 ${own}`);
});

describe("a stack with cni flannel-etcd", () => {
  const build = (values: Record<string, string> = {}): Promise<Registered[]> => {
    const settings = { ...parseLabConfig({ cni: "flannel-etcd", nodes: "2", ...values }), stack: "s" };
    return record(() => buildLab({ ...settings, lanCidr: "172.28.7.0/24", nodeImage: "node:1" }), {
      "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }),
      "-invitation": "kubeadm join control-plane:6443 --token a.b --discovery-token-ca-cert-hash sha256:00",
    });
  };

  test("hands its values on", async () => {
    const resources = await build({ flannelIface: "eth1", forwardRules: "none", flannelEtcdRange: "90.0.0.0/8" });
    expect(only(resources, "cni-flannel-etcd-n2").inputs.environment.CREATE).toContain(
      'FLANNEL_OPTIONS="--ip-masq --iface=eth1 --iptables-forward-rules=false"',
    );
    expect(JSON.parse(only(resources, "cni-flannel-etcd-config").inputs.stdin).Network).toBe("90.0.0.0/8");
    expect(only(resources, "etcd-container").inputs.create).toContain(" node:1 ");
    expect(namesOf(resources, "kubernetes:apps/v1:DaemonSet")).toEqual(["probe-daemonset", "probe-second-daemonset"]);
  });

  test("is refused with an annotation, and with a network that is too small or another one's", () => {
    expect(() => parseLabConfig({ cni: "flannel-etcd", flannelIface: "annotation:node-public-ip" })).toThrow(
      'flannelIface is "annotation:node-public-ip": is read from Kubernetes, and this flannel asks only etcd; choose the interface by its name, a regular expression or an address to reach',
    );
    expect(() => parseLabConfig({ flannelEtcdRange: "80.0.0.0/16" })).toThrow("at most /12");
    expect(() => parseLabConfig({ flannelEtcdRange: "10.0.0.0/8" })).toThrow("must not overlap with podCidr");
  });
});
