import { describe, expect, test } from "vitest";
import { Cluster } from "../../components/cluster/cluster";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import { Cni } from "../../components/cni/cni";
import { Flannel } from "../../components/cni/flannel/flannel";
import { startScript } from "../../components/cni/weave/router";
import { Weave } from "../../components/cni/weave/weave";
import { Probe } from "../../components/probe/probe";
import { namesOf, only, record } from "./mocks";

const command = "command:local:Command";

describe("Cluster", () => {
  const cluster = (nodes?: number) =>
    record(() => new Cluster("cluster", { stack: "flannel", nodes, nodeImage: "node:1", lanCidr: "172.28.7.0/24" }), {
      "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }),
      "-invitation": "kubeadm join control-plane:6443 --token a.b --discovery-token-ca-cert-hash sha256:00",
    });

  test("three nodes by default: the LAN, the nodes, the control plane, an invitation and a join for each other", async () => {
    expect(namesOf(await cluster(), command)).toEqual([
      "cluster-init",
      "cluster-kubeconfig",
      "cluster-lan",
      "cluster-n1",
      "cluster-n1-generation",
      "cluster-n2",
      "cluster-n2-generation",
      "cluster-n2-invitation",
      "cluster-n2-join",
      "cluster-n3",
      "cluster-n3-generation",
      "cluster-n3-invitation",
      "cluster-n3-join",
    ]);
  });

  test("one node joins nobody", async () => {
    expect(namesOf(await cluster(1), command)).toEqual([
      "cluster-init",
      "cluster-kubeconfig",
      "cluster-lan",
      "cluster-n1",
      "cluster-n1-generation",
    ]);
  });

  test("containers carry the stack in name and label, and their address on the LAN", async () => {
    const { create } = only(await cluster(), "cluster-n2").inputs;
    expect(create).toContain("--name cni-lab-flannel-n2 ");
    expect(create).toContain("--label cni-lab.stack=flannel ");
    expect(create).toContain("--label cni-lab.owner=file:///state ");
    expect(create).toContain("--network cni-lab-flannel:ip=172.28.7.12,interface_name=eth1 ");
  });

  test("one LAN by default; a second one has no addresses, and every node is on both", async () => {
    const networks = async (secondLan?: boolean) => {
      const args = { stack: "flannel", nodes: 1, nodeImage: "node:1", lanCidr: "172.28.7.0/24", secondLan };
      const resources = await record(() => new Cluster("cluster", args), {
        "-kubeconfig": JSON.stringify({ clusters: [{ name: "cni-lab", cluster: {} }] }),
      });
      return {
        lans: namesOf(resources, command).filter((name) => name.startsWith("cluster-lan")),
        second: resources.find(({ name }) => name === "cluster-lan2")?.inputs.create.split(" || ")[1],
        node: only(resources, "cluster-n1").inputs.create.match(/--network \S+/g),
      };
    };
    const first = "--network cni-lab-flannel:ip=172.28.7.11,interface_name=eth1";
    expect(await networks()).toEqual({ lans: ["cluster-lan"], second: undefined, node: [first] });
    expect(await networks(true)).toEqual({
      lans: ["cluster-lan", "cluster-lan2"],
      second:
        "podman network create --internal --disable-dns --label cni-lab.stack=flannel --label cni-lab.generation=new --label cni-lab.owner=file:///state --ipam-driver none cni-lab-flannel-2",
      node: [first, "--network cni-lab-flannel-2:interface_name=eth2"],
    });
  });

  test("wrong arguments are refused together, before any child is made", async () => {
    const refused = record(
      () => new Cluster("cluster", { stack: "flannel", nodes: 0, nodeImage: "node:1", lanCidr: "x" }),
    );
    await expect(refused.catch(({ message }) => message)).resolves.toBe(
      'nodes is "0": must be a whole number from 1 to 9\nlanCidr is "x": must be an IPv4 network with the prefix /24',
    );
  });
});

describe("Flannel", () => {
  const daemonSet = async (build: () => unknown) =>
    only(await record(build), "flannel-daemonset").inputs.spec.template.spec;

  test("its objects are upstream's, no more", async () => {
    const resources = await record(() => new Flannel("flannel"));
    expect(
      resources
        .map(({ type }) => type)
        .filter((type) => type.startsWith("kubernetes:"))
        .sort(),
    ).toEqual([
      "kubernetes:apps/v1:DaemonSet",
      "kubernetes:core/v1:ConfigMap",
      "kubernetes:core/v1:Namespace",
      "kubernetes:core/v1:ServiceAccount",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    ]);
  });

  test("the documented defaults are the real ones", async () => {
    const config = only(await record(() => new Flannel("flannel")), "flannel-config").inputs.data;
    expect(JSON.parse(config["net-conf.json"])).toEqual({
      Network: "10.244.0.0/16",
      EnableNFTables: false,
      Backend: { Type: "vxlan" },
    });
    const spec = await daemonSet(() => new Flannel("flannel"));
    expect(spec.containers[0].image).toBe("ghcr.io/flannel-io/flannel:v0.26.7");
    expect(spec.initContainers[0].image).toBe("ghcr.io/flannel-io/flannel-cni-plugin:v1.6.2-flannel1");
  });

  test.each([
    [{ by: "default-route" }, []],
    [{ by: "name", name: "eth1" }, ["--iface=eth1"]],
    [{ by: "regex", regex: "eth[1-9]" }, ["--iface-regex=eth[1-9]"]],
    [{ by: "can-reach", address: "172.28.7.1" }, ["--iface-can-reach=172.28.7.1"]],
  ] as const)("iface %j becomes %j", async (iface, args) => {
    const spec = await daemonSet(() => new Flannel("flannel", { iface }));
    expect(spec.containers[0].args.slice(3)).toEqual(args);
  });
});

describe("Weave", () => {
  const container = async (build: () => unknown) =>
    only(await record(build), "weave-daemonset").inputs.spec.template.spec.containers[0];
  const values = async (build: () => unknown) =>
    Object.fromEntries(
      (await container(build)).env
        .filter(({ value }: { value?: string }) => value !== undefined)
        .map(({ name, value }: { name: string; value: string }) => [name, value]),
    );

  test("its objects are upstream's, no more", async () => {
    const resources = await record(() => new Weave("weave"));
    expect(
      resources
        .map(({ type }) => type)
        .filter((type) => type.startsWith("kubernetes:"))
        .sort(),
    ).toEqual([
      "kubernetes:apps/v1:DaemonSet",
      "kubernetes:core/v1:ServiceAccount",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
      "kubernetes:rbac.authorization.k8s.io/v1:Role",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    ]);
  });

  test("the documented defaults are the real ones", async () => {
    expect(await values(() => new Weave("weave"))).toEqual({
      IPALLOC_RANGE: "10.32.0.0/12",
      CONN_LIMIT: "200",
      EXPECT_NPC: "0",
      CHECKPOINT_DISABLE: "1",
    });
    const { image, command } = await container(() => new Weave("weave"));
    expect(image).toBe("docker.io/weaveworks/weave-kube:2.6.5");
    expect(command).toEqual(["/bin/sh", "-c", startScript("auto")]);
  });

  test("what is set reaches the router", async () => {
    const weave = () => new Weave("weave", { range: "10.40.0.0/16", mtu: 1300, connectionLimit: 9, sleeve: "always" });
    expect(await values(weave)).toMatchObject({ IPALLOC_RANGE: "10.40.0.0/16", WEAVE_MTU: "1300", CONN_LIMIT: "9" });
    expect((await container(weave)).command[2]).toBe(startScript("always"));
  });

  test("a password is a Secret that Pulumi names, and the pods take it from there", async () => {
    const resources = await record(() => new Weave("weave", { password: "sesame" }));
    const { inputs } = only(resources, "weave-password");
    expect(inputs.metadata.name).toBeUndefined();
    expect(inputs).toMatchObject({ immutable: true, stringData: { value: { password: "sesame" } } });
    const daemonSet = JSON.stringify(only(resources, "weave-daemonset").inputs);
    expect(daemonSet).toContain("WEAVE_PASSWORD");
    expect(daemonSet).not.toContain("sesame");
  });
});

describe("Cni", () => {
  test("none installs nothing", async () => {
    const resources = await record(() => new Cni("cni", { type: "none" }));
    expect(resources.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  });

  test("flannel passes its settings on", async () => {
    const resources = await record(() => new Cni("cni", { type: "flannel", backend: { type: "host-gw" } }));
    expect(JSON.parse(only(resources, "cni-flannel-config").inputs.data["net-conf.json"]).Backend).toEqual({
      Type: "host-gw",
    });
  });
});

describe("Cni with access to the nodes", () => {
  const install = (type: "flannel" | "weave" | "none") => {
    const shell = new ContainerShell(podman, "c");
    const nodes = ["n1", "n2", "n3"].map((name) => ({ name, shell }));
    return record(() => new Cni("cni", { type, access: { nodes, kubeconfig: "credentials" } }));
  };

  test.each(["flannel", "weave"] as const)(
    "%s has a clean-up, an arrival and a handover on each node",
    async (type) => {
      expect(namesOf(await install(type), command)).toEqual([
        `cni-${type}-arrival-n1`,
        `cni-${type}-arrival-n2`,
        `cni-${type}-arrival-n3`,
        `cni-${type}-clean-n1`,
        `cni-${type}-clean-n2`,
        `cni-${type}-clean-n3`,
        `cni-${type}-handover-n1`,
        `cni-${type}-handover-n2`,
        `cni-${type}-handover-n3`,
      ]);
    },
  );

  test.each(["flannel", "weave", "none"] as const)("the cluster is told that it is to have %s", async (type) => {
    const { metadata, data } = only(await install(type), "cni-desired").inputs;
    expect([metadata.namespace, metadata.name, data]).toEqual(["kube-system", "cni-lab-cni", { cni: type }]);
  });

  test.each(["flannel", "weave"] as const)("every object of %s changes when the wish does", async (type) => {
    const objects = (await install(type)).filter(
      ({ type, name }) => type.startsWith("kubernetes:") && name !== "cni-desired",
    );
    expect(objects).toHaveLength(6);
    expect(objects.map(({ inputs }) => inputs.metadata.annotations["cni-lab/wish"])).toEqual(objects.map(() => "7"));
  });

  test("none has nothing to hand over or to clean, and each node writes down what it is like before any CNI", async () => {
    const resources = await install("none");
    const records = ["cni-record-n1", "cni-record-n2", "cni-record-n3"];
    expect(namesOf(resources, command)).toEqual(records);
    const { create, environment } = only(resources, "cni-record-n2").inputs;
    expect(create).toMatch(/ sh n2$/);
    expect(environment.CREATE).toContain("/var/lib/cni-lab/before");
  });

  test("a script knows its node and its CNI; credentials come by standard input and stand on no command line", async () => {
    const resources = await install("weave");
    const { create, delete: remove, stdin, triggers } = only(resources, "cni-weave-handover-n2").inputs;
    expect(only(resources, "cni-weave-arrival-n2").inputs.create).toMatch(/ sh n2 10-weave.conflist$/);
    expect(remove).toMatch(/ sh n2 weave$/);
    expect(stdin).toMatchObject({ value: "credentials" });
    expect(create + remove).not.toContain("credentials");
    expect(triggers).toEqual(["n2"]);
  });

  test.each([
    ["flannel", "10.244.0.0/16", "10-flannel.conflist"],
    ["weave", "10.32.0.0/12", "10-weave.conflist"],
  ] as const)("the DaemonSet of %s tells its network and its conflist", async (type, network, conflist) => {
    const { metadata } = only(await install(type), `cni-${type}-daemonset`).inputs;
    expect(metadata.labels["cni-lab/cni"]).toBe(type);
    expect(metadata.annotations).toMatchObject({ "cni-lab/network": network, "cni-lab/conflist": conflist });
  });
});

test("Cni weave passes its settings on", async () => {
  const resources = await record(() => new Cni("cni", { type: "weave", range: "10.40.0.0/16" }));
  expect(JSON.stringify(only(resources, "cni-weave-daemonset").inputs)).toContain("10.40.0.0/16");
});

describe("Probe", () => {
  test("readiness is awaited unless the lab says that there is no network", async () => {
    const annotations = async (skipAwait?: boolean) =>
      only(await record(() => new Probe("probe", { image: "i", skipAwait })), "probe-daemonset").inputs.metadata
        .annotations;
    expect(await annotations()).toBeUndefined();
    expect(await annotations(true)).toEqual({ "pulumi.com/skipAwait": "true" });
  });
});
