import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import { CniDhcp, type CniDhcpArgs } from "../../components/networks/cni-dhcp";
import { DhcpServer } from "../../components/networks/dhcp-server";
import { ExistingNetwork } from "../../components/networks/existing-network";
import { MacvlanNetwork, type MacvlanNetworkArgs } from "../../components/networks/macvlan-network";
import { Multihomed } from "../../components/networks/multihomed";
import { Multus } from "../../components/networks/multus";
import { namesOf, only, type Registered, record } from "./mocks";

const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
afterEach(() => warned.mockClear());

/** All warnings since the test began, without the engine's mark. */
const warnings = () => warned.mock.calls.map(([line]) => String(line).replace("warning: [runtime] ", ""));

const children = (resources: readonly Registered[]) =>
  resources.filter(({ type }) => !type.startsWith("cni-lab:")).map(({ name, type }) => `${name} ${type}`);

const podOf = (resources: readonly Registered[], name: string) => only(resources, name).inputs.spec.template.spec;

const lan: MacvlanNetworkArgs = {
  network: "lan",
  namespace: "cni-lab",
  master: "eth1",
  ipam: { type: "host-local", subnet: "10.10.20.0/24" },
};
const nodes = [{ name: "n1", shell: new ContainerShell(podman, "c") }];
const leased: MacvlanNetworkArgs = {
  ...lan,
  network: "leased",
  ipam: { type: "dhcp", skipDefault: true, request: ["subnet-mask"] },
};

describe.each([false, true])("Multus, preview %s", (preview) => {
  const multus = (args = {}) => record(() => new Multus("multus", args), {}, preview);

  test("its objects are upstream's, no more", async () => {
    expect(children(await multus()).sort()).toEqual([
      "multus-account kubernetes:core/v1:ServiceAccount",
      "multus-binding kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
      "multus-config kubernetes:core/v1:ConfigMap",
      "multus-daemonset kubernetes:apps/v1:DaemonSet",
      "multus-definitions kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
      "multus-role kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    ]);
    expect(children(await multus({ type: "thin" })).some((child) => child.includes("ConfigMap"))).toBe(false);
  });

  test("the documented defaults are the real ones", async () => {
    const resources = await multus();
    const { containers, initContainers } = podOf(resources, "multus-daemonset");
    expect(containers).toHaveLength(1);
    expect(containers[0].image).toBe("ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-thick");
    expect(initContainers[0].image).toBe(containers[0].image);
    expect(containers[0].resources).toEqual({ requests: { cpu: "50m", memory: "50Mi" } });
    expect(JSON.parse(only(resources, "multus-config").inputs.data["daemon-config.json"])).not.toHaveProperty(
      "multusMasterCNI",
    );
    const thin = podOf(await multus({ type: "thin" }), "multus-daemonset").containers[0];
    expect(thin.image).toBe("ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4");
  });

  test("a conflist by name reaches both forms", async () => {
    const masterConflist = "05-cni-lab.conflist";
    const config = only(await multus({ masterConflist }), "multus-config").inputs.data["daemon-config.json"];
    expect(JSON.parse(config).multusMasterCNI).toBe(masterConflist);
    const { command } = podOf(await multus({ masterConflist, type: "thin" }), "multus-daemonset").containers[0];
    expect(command).toContain("--multus-master-cni-file-name=05-cni-lab.conflist");
  });

  test.each([
    ["thick", ["get", "list", "watch"]],
    ["thin", ["get"]],
  ] as const)("the rights of the %s form", async (type, read) => {
    expect(only(await multus({ type }), "multus-role").inputs.rules).toEqual([
      { apiGroups: ["k8s.cni.cncf.io"], resources: ["network-attachment-definitions"], verbs: read },
      { apiGroups: [""], resources: ["pods"], verbs: read },
      { apiGroups: [""], resources: ["pods/status"], verbs: ["update"] },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    ]);
  });

  test.each([
    ["thick", ["/", "/etc/cni/net.d", "/opt/cni/bin", "/run", "/run/netns", "/var/lib/cni/multus"]],
    ["thin", ["/etc/cni/net.d", "/opt/cni/bin"]],
  ] as const)("what the %s form sees of a node", async (type, folders) => {
    const { volumes, containers } = podOf(await multus({ type }), "multus-daemonset");
    const paths = volumes.flatMap(({ hostPath }: { hostPath?: { path: string } }) => hostPath?.path ?? []);
    expect(paths.sort()).toEqual(folders);
    expect(containers[0].volumeMounts.map(({ name }: { name: string }) => name).sort()).toEqual(
      volumes.map(({ name }: { name: string }) => name).sort(),
    );
  });

  test("folders of other nodes", async () => {
    const folders = { confFolder: "/k3s/net.d", binFolder: "/k3s/bin" };
    const thick = await multus({ ...folders, nodes });
    const { volumes, containers, initContainers } = podOf(thick, "multus-daemonset");
    const at = ({ name, mountPath }: { name: string; mountPath: string }) => `${name} ${mountPath}`;
    expect(volumes).toContainEqual({ name: "cni", hostPath: { path: "/k3s/net.d", type: "DirectoryOrCreate" } });
    expect(volumes).toContainEqual({ name: "cni-bin", hostPath: { path: "/k3s/bin", type: "DirectoryOrCreate" } });
    expect(initContainers[0].command[2]).toBe(
      "cp /usr/src/multus-cni/bin/multus-shim /k3s/bin/multus-shim.new && mv /k3s/bin/multus-shim.new /k3s/bin/multus-shim",
    );
    expect(initContainers[0].volumeMounts.map(at)).toEqual(["cni-bin /k3s/bin"]);
    expect(containers[0].volumeMounts.map(at)).toEqual(expect.arrayContaining(["cni-bin /k3s/bin"]));
    expect(containers[0].readinessProbe.exec.command[2]).toContain("there is no /k3s/net.d/00-multus.conf");
    expect(only(thick, "multus-clean-n1").inputs.environment.DELETE).toBe(
      "rm -rf /k3s/net.d/00-multus.conf /k3s/net.d/multus.d /k3s/bin/multus* /run/multus /var/lib/cni/multus",
    );
    const thin = podOf(await multus({ ...folders, type: "thin" }), "multus-daemonset");
    expect(thin.containers[0].command).toContain("--additional-bin-dir=/k3s/bin");
    expect(thin.containers[0].volumeMounts.map(at)).toEqual(["cni /host/etc/cni/net.d", "cni-bin /host/opt/cni/bin"]);
  });

  test("folders that can't be are refused together", async () => {
    const refused = multus({ confFolder: "net.d", binFolder: "/opt/../bin" });
    const rule = "must be an absolute path of letters, digits, dots, dashes and underscores";
    await expect(refused.catch(({ message }) => message)).resolves.toBe(
      `confFolder is "net.d": ${rule}\nbinFolder is "/opt/../bin": ${rule}`,
    );
  });

  test("a kind that the cluster has is read, and nothing of it is set", async () => {
    const resources = await multus({ definitions: "existing" });
    expect(only(resources, "multus-definitions")).toEqual({
      type: "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
      name: "multus-definitions",
      inputs: {},
      id: "network-attachment-definitions.k8s.cni.cncf.io",
    });
    expect(children(resources)).toHaveLength(6);
  });

  test("it is cleaned away, after its pods, from nodes that are named", async () => {
    const resources = await multus({ nodes });
    const { delete: remove, environment } = only(resources, "multus-clean-n1").inputs;
    expect(remove).toBe('podman exec c sh -euc "$DELETE" sh');
    expect(environment.DELETE).toBe(
      "rm -rf /etc/cni/net.d/00-multus.conf /etc/cni/net.d/multus.d /opt/cni/bin/multus* /run/multus /var/lib/cni/multus",
    );
  });

  test("readiness is left to others where it is said so", async () => {
    const annotations = async (args = {}) => only(await multus(args), "multus-daemonset").inputs.metadata.annotations;
    expect(await annotations()).toBeUndefined();
    expect(await annotations({ skipAwait: true })).toEqual({ "pulumi.com/skipAwait": "true" });
  });
});

describe.each([false, true])("MacvlanNetwork, preview %s", (preview) => {
  test("is one definition, under its name", async () => {
    const resources = await record(() => new MacvlanNetwork("lan", lan), {}, preview);
    expect(children(resources)).toEqual(["lan-definition kubernetes:k8s.cni.cncf.io/v1:NetworkAttachmentDefinition"]);
    const { metadata, spec } = only(resources, "lan-definition").inputs;
    expect([metadata.name, metadata.namespace]).toEqual(["lan", "cni-lab"]);
    expect(JSON.parse(spec.config)).toMatchObject({ name: "lan", type: "macvlan", master: "eth1" });
    expect(warnings()).toEqual([]);
  });

  test("its leases are cleaned away from nodes that are named, where host-local keeps any", async () => {
    const resources = await record(() => new MacvlanNetwork("lan", { ...lan, nodes }), {}, preview);
    const { environment } = only(resources, "lan-leases-n1").inputs;
    expect(environment.DELETE).toBe("rm -rf /var/lib/cni/networks/lan");
    const byDhcp = await record(() => new MacvlanNetwork("lan", { ...leased, nodes }), {}, preview);
    expect(namesOf(byDhcp, "command:local:Command")).toEqual([]);
  });

  test("problems are refused together, before the definition is made", async () => {
    const wrong: MacvlanNetworkArgs = { ...lan, network: "Lan", master: "" };
    const refused = record(() => new MacvlanNetwork("lan", wrong), {}, preview);
    await expect(refused.catch(({ message }) => message)).resolves.toMatch(/^network Lan: name.*\nnetwork Lan: master/);
  });

  test("it is checked against those beside it", async () => {
    const refused = record(
      () => new MacvlanNetwork("b", { ...lan, network: "b", beside: [new MacvlanNetwork("a", lan)] }),
      {},
      preview,
    );
    await expect(refused.catch(({ message }) => message)).resolves.toContain("must share no address with network lan");
  });

  test("what has no effect is said", async () => {
    const routes = [{ dst: "192.168.0.0/16", gw: "192.168.0.1" }];
    await record(() => new MacvlanNetwork("lan", { ...leased, ipam: { type: "dhcp", routes } }), {}, preview);
    expect(warnings()).toEqual([
      expect.stringContaining("the route to 192.168.0.0/16 via 192.168.0.1 has no effect"),
      expect.stringContaining("the dhcp plugin asks the server for a router"),
    ]);
  });
});

describe.each([false, true])("MacvlanNetwork with routes, preview %s", (preview) => {
  const halves = [{ dst: "0.0.0.0/1" }, { dst: "128.0.0.0/1" }];
  const ipam = { type: "host-local", subnet: "10.10.20.0/24", routes: halves } as const;

  test("those that take the Services are warned of, and not with sbr behind them", async () => {
    await record(() => new MacvlanNetwork("lan", { ...lan, ipam }), {}, preview);
    expect(warnings()).toEqual([
      expect.stringContaining("by its routes to 0.0.0.0/1 a pod sends what is for the Services (10.96.0.0/12)"),
    ]);
    warned.mockClear();
    const resources = await record(
      () => new MacvlanNetwork("lan", { ...lan, ipam, chain: [{ type: "sbr" }] }),
      {},
      preview,
    );
    expect(warnings()).toEqual([]);
    const { plugins } = JSON.parse(only(resources, "lan-definition").inputs.spec.config);
    expect(plugins.map(({ type }: { type: string }) => type)).toEqual(["macvlan", "sbr"]);
  });

  test("the networks of the cluster that are given count", async () => {
    const clusterNetworks = { services: "200.0.0.0/12", pods: "10.10.0.0/16", nodes: "172.28.7.0/24" };
    await record(() => new MacvlanNetwork("lan", { ...lan, ipam, clusterNetworks }), {}, preview);
    expect(warnings()).toEqual([
      expect.stringContaining("the Services (200.0.0.0/12), the nodes (172.28.7.0/24) by this network"),
    ]);
  });
});

describe.each([false, true])("ExistingNetwork, preview %s", (preview) => {
  test("its definition is read, by its namespace and name", async () => {
    const resources = await record(
      () => new ExistingNetwork("lan", { network: "vlan-20", namespace: "default" }),
      {},
      preview,
    );
    expect(children(resources)).toEqual(["lan-definition kubernetes:k8s.cni.cncf.io/v1:NetworkAttachmentDefinition"]);
    expect(only(resources, "lan-definition")).toMatchObject({ id: "default/vlan-20", inputs: {} });
  });
});

describe.each([false, true])("CniDhcp, preview %s", (preview) => {
  const pod = async (args: Partial<CniDhcpArgs> = {}) => {
    const resources = await record(() => new CniDhcp("cni-dhcp", { image: "i", ...args }), {}, preview);
    expect(children(resources)).toEqual(["cni-dhcp-daemonset kubernetes:apps/v1:DaemonSet"]);
    return podOf(resources, "cni-dhcp-daemonset");
  };
  const daemon = async (args: Partial<CniDhcpArgs> = {}) => (await pod(args)).containers[0];
  const seen = (spec: { volumes: { name: string; hostPath: { path: string } }[] }) =>
    spec.volumes.map(({ hostPath }) => hostPath.path);

  test("the documented defaults are the real ones", async () => {
    const spec = await pod();
    const { image, command, readinessProbe } = spec.containers[0];
    expect(image).toBe("i");
    // An option that the plugin does not know would keep it from starting.
    expect(command).toEqual(["sh", "-ec", "rm -f /run/cni/dhcp.sock; exec /usr/bin/dhcp daemon"]);
    expect(readinessProbe.exec.command).toContain("curl");
    expect(seen(spec)).toEqual(["/run/cni", "/run/netns"]);
  });

  test("with the node's plugin no program is the image's", async () => {
    const spec = await pod({ plugin: { from: "node" } });
    const { image, command, readinessProbe, volumeMounts } = spec.containers[0];
    expect(image).toBe("i");
    expect(command).toEqual(["/bin/sh", "-ec", "rm -f /run/cni/dhcp.sock; exec /opt/cni/bin/dhcp daemon"]);
    expect(readinessProbe.exec.command.slice(0, 2)).toEqual(["/bin/grep", "-q"]);
    const programs = ["/bin", "/lib", "/lib64", "/usr", "/opt/cni/bin"];
    expect(seen(spec)).toEqual(["/run/cni", "/run/netns", ...programs]);
    const readOnly = volumeMounts.filter((mount: { readOnly?: boolean }) => mount.readOnly);
    expect(readOnly.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(programs);
    // A bare image has no link from /var/run, where containerd has the namespaces.
    expect(volumeMounts).toContainEqual({
      name: "netns",
      mountPath: "/var/run/netns",
      mountPropagation: "HostToContainer",
    });
    const elsewhere = await pod({ plugin: { from: "node", path: "/k3s/bin/dhcp" } });
    expect(elsewhere.containers[0].command[2]).toContain("exec /k3s/bin/dhcp daemon");
    expect(seen(elsewhere)).toContain("/k3s/bin");
  });

  test("a plugin elsewhere in the image", async () => {
    const { command } = await daemon({ plugin: { from: "image", path: "/opt/dhcp" } });
    expect(command).toEqual(["sh", "-ec", "rm -f /run/cni/dhcp.sock; exec /opt/dhcp daemon"]);
  });

  test("a plugin of nobody's, and one whose path can't be, are refused", async () => {
    const refused = (plugin: object) => pod({ plugin: plugin as never }).catch(({ message }) => message);
    expect(await refused({ from: "host" })).toBe('plugin.from is "host": must be one of: image, node');
    expect(await refused({ from: "node", path: "dhcp; reboot" })).toContain(
      'plugin.path is "dhcp; reboot": must be an',
    );
  });

  test("what is set reaches the daemon", async () => {
    const { image, command } = await daemon({
      image: "j",
      timeoutSeconds: 1,
      resendMaxSeconds: 2,
      resendTimeoutSeconds: 3,
    });
    expect([image, command[2]]).toEqual([
      "j",
      "rm -f /run/cni/dhcp.sock; exec /usr/bin/dhcp daemon -timeout=1s -resendmax=2s -resendtimeout=3s",
    ]);
  });

  test("wrong times are refused together", async () => {
    await expect(daemon({ timeoutSeconds: 0, resendMaxSeconds: 1.5 }).catch(({ message }) => message)).resolves.toBe(
      'timeoutSeconds is "0": must be a whole number from 1 to 86400\nresendMaxSeconds is "1.5": must be a whole number from 1 to 86400',
    );
  });
});

describe.each([false, true])("DhcpServer, preview %s", (preview) => {
  const clusterLan = {
    engine: podman,
    network: "cni-lab-s",
    link: "eth1",
    cidr: "172.28.7.0/24",
    id: pulumi.output("lan"),
  };
  const server = (args = {}) =>
    record(() => new DhcpServer("dhcp", { stack: "s", image: "node:1", lan: clusterLan, ...args }), {}, preview);

  test("is a container and its configuration, apart", async () => {
    const resources = await server();
    expect(children(resources)).toEqual([
      "dhcp-container command:local:Command",
      "dhcp-configuration command:local:Command",
    ]);
    const { create, delete: remove, triggers } = only(resources, "dhcp-container").inputs;
    expect(create).toContain("--name cni-lab-s-dhcp ");
    expect(create).toContain("--label cni-lab.stack=s --label cni-lab.part=dhcp-server ");
    expect(create).toContain("--network cni-lab-s:ip=172.28.7.2,interface_name=eth1 ");
    expect(create).toContain(" node:1 sh -euc ");
    expect(create).toMatch(/ sh 192\.168\.0\.1\/24$/);
    expect(create).not.toContain("--privileged");
    const own = "--filter 'name=^cni-lab-s-dhcp$' --filter label=cni-lab.owner=file:///state";
    expect(remove).toBe(`podman rm --force --ignore --volumes --time 0 ${own}`);
    expect(triggers).toEqual([create, "lan"]);
  });

  test("on a LAN without addresses it has its own only", async () => {
    const second = { engine: podman, network: "cni-lab-s-2", link: "eth2", id: pulumi.output("") };
    const { create } = only(await server({ lan: second }), "dhcp-container").inputs;
    expect(create).toContain("--network cni-lab-s-2:interface_name=eth1 ");
  });

  test("a fault changes the configuration and leaves the container", async () => {
    const [healthy, faulty] = [await server(), await server({ fault: "silent" })];
    const inputs = (resources: Registered[], name: string) => only(resources, name).inputs;
    expect(inputs(faulty, "dhcp-container")).toEqual(inputs(healthy, "dhcp-container"));
    expect(inputs(faulty, "dhcp-configuration").stdin).toContain("dhcp-ignore=tag:!known\n");
    expect({ ...inputs(faulty, "dhcp-configuration"), stdin: "" }).toEqual({
      ...inputs(healthy, "dhcp-configuration"),
      stdin: "",
    });
  });

  test("what can't be served is refused", async () => {
    await expect(server({ leaseSeconds: 60 }).catch(({ message }) => message)).resolves.toBe(
      'leaseSeconds is "60": must be a whole number of seconds, at least 120',
    );
  });
});

describe.each([false, true])("Multihomed, preview %s", (preview) => {
  const wanted = (resources: readonly Registered[], name: string) =>
    JSON.parse(only(resources, name).inputs.spec.template.metadata.annotations["k8s.v1.cni.cncf.io/networks"]);

  test("a StatefulSet for each static pod, on its node and with its address; a DaemonSet of the leased ones", async () => {
    const resources = await record(
      () => {
        const network = new MacvlanNetwork("lan", lan);
        new Multihomed("pods", {
          image: "i",
          static: [
            { node: "n1", network, address: "10.10.20.11/24" },
            { node: "n2", network, skipAwait: true },
          ],
          leased: { network: new MacvlanNetwork("leased", leased) },
        });
      },
      {},
      preview,
    );
    expect(namesOf(resources, "kubernetes:apps/v1:StatefulSet")).toEqual(["pods-static-n1", "pods-static-n2"]);
    expect(namesOf(resources, "kubernetes:apps/v1:DaemonSet")).toEqual(["pods-leased"]);
    const { metadata, spec } = only(resources, "pods-static-n1").inputs;
    expect([metadata.name, metadata.namespace, metadata.annotations]).toEqual(["static-n1", "cni-lab", undefined]);
    expect([spec.replicas, spec.podManagementPolicy]).toEqual([1, "Parallel"]);
    expect(spec.template.spec.nodeSelector).toEqual({ "kubernetes.io/hostname": "n1" });
    expect(spec.template.metadata.labels["cni-lab/role"]).toBe("static");
    const common = { namespace: "cni-lab", interface: "net1" };
    expect(wanted(resources, "pods-static-n1")).toEqual([{ name: "lan", ...common, ips: ["10.10.20.11/24"] }]);
    expect(wanted(resources, "pods-static-n2")).toEqual([{ name: "lan", ...common }]);
    expect(wanted(resources, "pods-leased")).toEqual([{ name: "leased", ...common }]);
    expect(only(resources, "pods-static-n2").inputs.metadata.annotations).toEqual({ "pulumi.com/skipAwait": "true" });
    expect(only(resources, "pods-leased").inputs.spec.template.metadata.labels["cni-lab/role"]).toBe("leased");
    expect(warnings()).toEqual([]);
  });

  test("a network that is there needs its name and namespace only", async () => {
    const network = { name: "vlan-20", namespace: "default" };
    const pods = (config?: string) => () =>
      new Multihomed("pods", { image: "i", leased: { network: { ...network, config } } });
    const annotations = async (config?: string) =>
      only(await record(pods(config), {}, preview), "pods-leased").inputs.spec.template.metadata.annotations;
    const asked = { "k8s.v1.cni.cncf.io/networks": JSON.stringify([{ ...network, interface: "net1" }]) };
    expect(await annotations()).toEqual(asked);
    expect(await annotations("{}")).toEqual({ ...asked, "cni-lab/config": "{}" });
    await expect(
      record(() => new Multihomed("pods", { image: "i", leased: { network: { name: "lan" } as never } }), {}, preview),
    ).rejects.toThrow("leased.network: must be a network: a MacvlanNetwork, or the name and namespace of one");
  });

  test("no pod is the Service's of the probe", async () => {
    const resources = await record(
      () => new Multihomed("pods", { image: "i", leased: { network: new MacvlanNetwork("leased", leased) } }),
      {},
      preview,
    );
    const { labels } = only(resources, "pods-leased").inputs.spec.template.metadata;
    expect(labels["app.kubernetes.io/name"]).toBe("multihomed");
  });

  test("another daemon means other pods", async () => {
    const config = async (daemonImage?: string) => {
      const pods = () =>
        new Multihomed("pods", { image: "i", leased: { network: new MacvlanNetwork("leased", leased), daemonImage } });
      const { annotations } = only(await record(pods, {}, preview), "pods-leased").inputs.spec.template.metadata;
      return annotations["cni-lab/config"];
    };
    const configs = [await config(), await config("dhcp:1"), await config("dhcp:2")];
    expect(new Set(configs).size).toBe(3);
  });

  test("without a daemon it says what will happen", async () => {
    const build = () =>
      new Multihomed("pods", { image: "i", leased: { network: new MacvlanNetwork("leased", leased), daemon: false } });
    await record(build, {}, preview);
    expect(warnings()).toEqual([expect.stringContaining("its pods will hang in ContainerCreating")]);
  });
});
