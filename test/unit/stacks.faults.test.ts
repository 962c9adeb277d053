import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { buildLab } from "../../stacks/lab";
import { parseLabConfig } from "../../stacks/schema";
import { only, type Registered, record } from "./mocks";

const registered = vi.spyOn(MockMonitor.prototype, "registerResource");
afterEach(() => registered.mockClear());

const build = (values: Record<string, string> = {}) => {
  const settings = { ...parseLabConfig({ nodes: "2", ...values }), stack: "s", lanCidr: "172.28.7.0/24" };
  return record(() => buildLab({ ...settings, nodeImage: "node:1" }), {
    "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }),
    "-invitation": "kubeadm join control-plane:6443 --token a.b --discovery-token-ca-cert-hash sha256:00",
  });
};

/** What a stack has beside a healthy one's resources. */
const added = async (values: Record<string, string>, beside: Record<string, string> = {}) => {
  const usual = (await build(beside)).map(({ name }) => name);
  const names = (await build({ ...beside, ...values })).map(({ name }) => name);
  return names.filter((name) => !usual.includes(name)).sort();
};

const needs = (name: string) =>
  registered.mock.calls
    .filter(([request]) => request.getName() === name)
    .flatMap(([request]) => request.getDependenciesList() as string[])
    .map((urn) => urn.split("::").at(-1));

const flannelArgs = (resources: readonly Registered[]): string[] =>
  only(resources, "cni-flannel-daemonset").inputs.spec.template.spec.containers[0].args;

const daemonSet = (resources: readonly Registered[]) => only(resources, "cni-weave-daemonset").inputs;
const skipped = (resources: readonly Registered[]) =>
  resources
    .filter(({ inputs }) => inputs.metadata?.annotations?.["pulumi.com/skipAwait"] === "true")
    .map(({ name }) => name)
    .sort();

const wish = (resources: readonly Registered[]) => only(resources, "cni-desired").inputs.data;

describe("a CNI that leaves without a clean-up", () => {
  test("has what cleans up after it in the program until that is wanted again", async () => {
    const left = (cni: string) => [
      `cni-${cni}-left-clean`,
      `cni-${cni}-left-clean-n1`,
      `cni-${cni}-left-clean-n2`,
      `cni-${cni}-left-handover`,
      `cni-${cni}-left-handover-n1`,
      `cni-${cni}-left-handover-n2`,
    ];
    expect(await added({ nodeCleanup: "off" })).toEqual(left("weave"));
    const all = (...cnis: string[]) => cnis.flatMap(left).sort();
    const beside = async (cni: string) => (await added({ nodeCleanup: "off" }, { cni })).sort();
    expect(await beside("weave")).toEqual(all("flannel", "flannel-etcd"));
    expect(await beside("none")).toEqual(all("flannel", "flannel-etcd", "weave"));
    // It makes the links of Flannel's names, and comes to no node that holds what Flannel left.
    expect(await beside("flannel-etcd")).toEqual(all("weave"));
  });

  test("is handed over node by node, and cleaned away after that, with the stack's own networks", async () => {
    const resources = await build({ cni: "weave", nodeCleanup: "off", podCidr: "10.200.0.0/16" });
    const { environment, create, delete: remove } = only(resources, "cni-flannel-left-handover-n1").inputs;
    expect(environment.CREATE).toBe(":");
    expect(create).toMatch(/ "\$CREATE" sh$/);
    expect(remove).toMatch(/ sh n1 flannel$/);
    expect(environment.DELETE).toContain('say "moves $namespace/$name"');
    const clean = only(resources, "cni-flannel-left-clean-n2").inputs.environment;
    expect([clean.CREATE, clean.DELETE]).toEqual([":", expect.stringContaining("no address of 10.200.0.0/16")]);
    // Deleted the other way round: the control plane last.
    expect(needs("cni-flannel-left-handover-n2")).toEqual(
      expect.arrayContaining([
        "cni-flannel-left-clean-n1",
        "cni-flannel-left-clean-n2",
        "cni-flannel-left-handover-n1",
      ]),
    );
  });

  test("is told of in the cluster, where its own scripts read it", async () => {
    expect(wish(await build())).toEqual({ cni: "flannel" });
    expect(wish(await build({ nodeCleanup: "off" }))).toEqual({ cni: "flannel", nodeCleanup: "off" });
    expect(wish(await build({ recreatePods: "off" }))).toEqual({ cni: "flannel", recreatePods: "off" });
  });
});

describe("pods that are not recreated", () => {
  const arrival = async (values: Record<string, string>) =>
    only(await build(values), "cni-flannel-arrival-n2").inputs.create.replace(/^.*"\$CREATE" /, "");

  test("are a word to each node's script, whose change brings them back", async () => {
    expect(await arrival({})).toBe("sh n2 10-flannel.conflist");
    expect(await arrival({ recreatePods: "off" })).toBe("sh n2 10-flannel.conflist keep");
    expect(await added({ recreatePods: "off" })).toEqual([]);
  });
});

describe("nodes like Vagrant boxes", () => {
  const addresses = ["flannel-addresses", "flannel-addresses-n1", "flannel-addresses-n2"];

  test("get their NAT when they are made", async () => {
    const create = async (nodeNetwork: string) => only(await build({ nodeNetwork }), "cluster-n2").inputs.create;
    expect(await create("vagrant")).toContain("ip address replace 10.0.2.15/24 dev eth0");
    expect(await create("lan")).not.toContain("eth0");
  });

  test("have their annotations looked after as long as Flannel may read them", async () => {
    expect(await added({ nodeNetwork: "vagrant" })).toEqual(addresses);
    expect(await added({ nodeNetwork: "vagrant" }, { cni: "weave" })).toEqual([]);
    expect(await added({ flannelIface: "annotation:node-public-ip" })).toEqual(addresses);
    expect(await added({ flannelIface: "eth1" })).toEqual([]);
  });

  test.each([
    ["annotation:node-public-ip", 'node-public-ip="$2" flannel.alpha.coreos.com/public-ip-overwrite- '],
    ["annotation:public-ip-overwrite", 'node-public-ip- flannel.alpha.coreos.com/public-ip-overwrite="$2" '],
    ["default-route", "node-public-ip- flannel.alpha.coreos.com/public-ip-overwrite- "],
  ])("%s is written, and the other annotation goes, before Flannel starts", async (flannelIface, words) => {
    const resources = await build({ nodeNetwork: "vagrant", flannelIface });
    const { create, delete: remove, environment } = only(resources, "flannel-addresses-n2").inputs;
    expect(environment.CREATE).toContain(` "$1" --overwrite flannel.alpha.coreos.com/${words}`);
    expect([create, remove].map((line) => line.replace(/^.* sh -euc /, ""))).toEqual([
      '"$CREATE" sh n2 172.28.7.12',
      '"$DELETE" sh n2',
    ]);
    expect(needs("cni-flannel-daemonset")).toEqual(expect.arrayContaining(addresses.slice(1)));
    expect(needs("flannel-addresses-n2")).toContain("cluster-n2-join");
  });

  test.each<[string, string[], string | undefined]>([
    ["default-route", [], undefined],
    ["eth1", ["--iface=eth1"], undefined],
    ["regex:^172\\.28\\.", ["--iface-regex=^172\\.28\\."], undefined],
    ["can-reach", ["--iface-can-reach=172.28.7.1"], undefined],
    ["can-reach:10.9.8.7", ["--iface-can-reach=10.9.8.7"], undefined],
    ["annotation:public-ip-overwrite", [], "public-ip-overwrite"],
  ])("flannelIface %s reaches Flannel", async (flannelIface, args, annotation) => {
    const { spec, metadata } = only(await build({ flannelIface }), "cni-flannel-daemonset").inputs.spec.template;
    expect(spec.containers[0].args.slice(3)).toEqual(args);
    // Another annotation has to mean other pods.
    expect(metadata.annotations["cni-lab/address"]).toBe(annotation);
  });
});

const probeOf = (resources: readonly Registered[]): string =>
  daemonSet(resources).spec.template.spec.containers[0].readinessProbe.exec.command[2];

describe("machine-ids", () => {
  test("are looked after where something takes its name from them, or where they are the fault", async () => {
    const names = ["node-ids", "node-ids-n1", "node-ids-n2"];
    expect(await added({ machineId: "shared" })).toEqual(names);
    expect(await added({ machineId: "shared" }, { cni: "weave" })).toEqual([]);
    for (const cni of ["weave", "none"] as const) {
      expect((await build({ cni })).map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    }
    expect((await build({ cni: "flannel" })).map(({ name }) => name)).not.toContain("node-ids");
  });

  test("are there before Weave looks at them", async () => {
    await build({ cni: "weave", machineId: "shared" });
    expect(needs("cni-weave-daemonset")).toEqual(expect.arrayContaining(["node-ids-n1", "node-ids-n2"]));
  });

  test("of another kind mean that all routers go before the first comes back", async () => {
    const own = daemonSet(await build({ cni: "weave" }));
    expect(own.spec.template.metadata.annotations).toBeUndefined();
    expect(own.spec.template.spec.containers[0].lifecycle).toBeUndefined();
    const shared = daemonSet(await build({ cni: "weave", machineId: "shared" }));
    expect(shared.spec.template.metadata.annotations).toEqual({ "cni-lab/names": "shared" });
    const [router] = shared.spec.template.spec.containers;
    expect(router.lifecycle.preStop.exec.command[2]).toContain("ip link delete");
    expect(router.command[2]).toContain('/weavedb/cni-lab-names 2> /dev/null)" != shared ]');
    const [request] = registered.mock.calls
      .map(([one]) => one)
      .filter((one) => one.getName() === "cni-weave-daemonset");
    expect(request?.getReplaceonchangesList()).toEqual(["spec.template.metadata.annotations"]);
    expect(request?.getDeletebeforereplace()).toBe(true);
  });

  test("that collide keep pods from getting addresses: nothing waits for them", async () => {
    expect(skipped(await build({ cni: "weave" }))).toEqual([]);
    expect(skipped(await build({ cni: "flannel", machineId: "shared" }))).toEqual([]);
    const probes = ["probe-daemonset", "probe-second-daemonset", "probe-service"];
    const collide = await build({ cni: "weave", machineId: "shared" });
    expect(skipped(collide)).toEqual(probes);
    expect(probeOf(collide)).toBe("curl -sS -f -m 2 -o /dev/null http://127.0.0.1:6784/status");
    expect(probeOf(await build({ cni: "weave" }))).toContain("peers are connected");
    expect(skipped(await build({ cni: "none" }))).toEqual(probes);
  });
});

describe("the FORWARD chain", () => {
  test.each<Record<string, string>>([
    { forwardPolicy: "drop" },
    { forwardRules: "none" },
    { forwardPolicy: "drop", forwardRules: "by-hand" },
  ])("is set on each node with %j", async (values) => {
    expect(await added(values)).toEqual(["forwarding", "forwarding-n1", "forwarding-n2"]);
  });

  test("is set once Flannel has heard of it, which would bring its own rules back", async () => {
    await build({ forwardPolicy: "drop", forwardRules: "none" });
    expect(needs("forwarding-n2")).toEqual(expect.arrayContaining(["cni-flannel-handover-n2", "cluster-n2-join"]));
  });

  test("Flannel keeps its hands off where the rules are not to be its own", async () => {
    const flag = "--iptables-forward-rules=false";
    expect(flannelArgs(await build())).not.toContain(flag);
    expect(flannelArgs(await build({ forwardPolicy: "drop" }))).not.toContain(flag);
    expect(flannelArgs(await build({ forwardRules: "by-hand" }))).toContain(flag);
  });
});
