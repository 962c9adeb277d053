import { versions } from "../../lib/versions";
import type { GoProgram } from "./program";

const kubernetesVersion = "k8s.io/component-base/version";
const pulumiVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const [kubernetesMajor = "", kubernetesMinor = ""] = versions.kubernetes.split(".");
const cniPlugins = "github.com/containernetworking/plugins/plugins";
const cniPluginsStamp = `${cniPlugins.replace(/plugins$/, "pkg/utils/buildversion")}.BuildVersion`;

/** Kubernetes' own programs in one file. */
export const kubernetes: GoProgram = {
  name: "kubernetes",
  version: versions.kubernetes,
  files: { kubernetes: "." },
  links: ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubeadm", "kubectl"],
  stamps: {
    [`${kubernetesVersion}.gitVersion`]: `v${versions.kubernetes}`,
    [`${kubernetesVersion}.gitMajor`]: kubernetesMajor,
    [`${kubernetesVersion}.gitMinor`]: kubernetesMinor,
  },
};

/** The cluster's database. */
export const etcd: GoProgram = {
  name: "etcd",
  version: versions.etcd,
  files: { etcd: "go.etcd.io/etcd/server/v3" },
};

/** The cluster's DNS server, with the plugins of kubeadm's Corefile. */
export const coredns: GoProgram = {
  name: "coredns",
  version: versions.coredns,
  files: { coredns: "." },
  stamps: { "github.com/coredns/coredns/coremain.GitCommit": "cni-lab" },
};

/** Flannel's daemon. Its udp backend is C on amd64, so it does not compile without cgo. */
export const flannel: GoProgram = {
  name: "flannel",
  version: versions.flannel,
  files: { flanneld: "github.com/flannel-io/flannel" },
  stamps: { "github.com/flannel-io/flannel/pkg/version.Version": `v${versions.flannel}` },
  cgo: {},
};

/** The CNI plugin `flannel`, of the last release of the CNI plugins that carries it. */
export const flannelCni: GoProgram = {
  name: "flannel-cni",
  version: versions.flannelCniPlugin,
  files: { flannel: `${cniPlugins}/meta/flannel` },
  stamps: { [cniPluginsStamp]: `v${versions.flannelCniPlugin}` },
};

const weaveModule = "github.com/weaveworks/weave";

/** Weave Net's router, its helpers and its scripts; the policy controller does not compile with these pins. */
export const weave: GoProgram = {
  name: "weave",
  version: versions.weave,
  files: {
    weaver: `${weaveModule}/prog/weaver`,
    "kube-utils": `${weaveModule}/prog/kube-utils`,
    weaveutil: `${weaveModule}/prog/weaveutil`,
  },
  stamps: { "main.version": versions.weave },
  // Debian's libpcap can capture on D-Bus, and there is no static library of what that needs. Nobody captures there.
  cgo: { packages: ["libpcap-dev"], linkFlags: ["-Wl,--unresolved-symbols=ignore-all"] },
  copies: { module: weaveModule, files: { weave: "weave", "launch.sh": "prog/weave-kube/launch.sh" } },
  patches: [
    {
      file: `${weaveModule}/net/bridge.go`,
      find: "&netlink.Dummy{LinkAttrs: netlink.NewLinkAttrs()}",
      // Deleting one end of the pair deletes the other.
      replace: '&netlink.Veth{LinkAttrs: netlink.NewLinkAttrs(), PeerName: "vethwedupeer"}',
      why: "a veth pair for the temporary dummy link: not every kernel has dummy links",
    },
    {
      file: `${weaveModule}/weave`,
      find: 'SCRIPT_VERSION="unreleased"',
      replace: `SCRIPT_VERSION="${versions.weave}"`,
      why: "the version that upstream's release writes into the script",
    },
  ],
};

/** The CNI plugins that nodes carry. */
export const cniPluginSet: GoProgram = {
  name: "cni-plugins",
  version: versions.cniPlugins,
  files: {
    bridge: `${cniPlugins}/main/bridge`,
    dhcp: `${cniPlugins}/ipam/dhcp`,
    "host-local": `${cniPlugins}/ipam/host-local`,
    loopback: `${cniPlugins}/main/loopback`,
    macvlan: `${cniPlugins}/main/macvlan`,
    portmap: `${cniPlugins}/meta/portmap`,
    ptp: `${cniPlugins}/main/ptp`,
    sbr: `${cniPlugins}/meta/sbr`,
    static: `${cniPlugins}/ipam/static`,
    tuning: `${cniPlugins}/meta/tuning`,
    vrf: `${cniPlugins}/meta/vrf`,
  },
  stamps: { [cniPluginsStamp]: `v${versions.cniPlugins}` },
};

/** The plugin `dhcp`, which is its daemon as well, with a DHCPRELEASE that arrives. */
export const cniDhcpRelease: GoProgram = {
  name: "cni-dhcp-release",
  version: versions.cniPlugins,
  folder: cniPluginSet.name,
  files: { dhcp: `${cniPlugins}/ipam/dhcp` },
  stamps: cniPluginSet.stamps,
  patches: [
    {
      file: "github.com/insomniacslk/dhcp/dhcpv4/nclient4/lease.go",
      find: "_, err = c.conn.WriteTo(req.ToBytes(), ",
      // Not a UDP socket as upstream after 1.9.1 (pull request 1279): it can't be bound while no link has the address,
      // as after an ADD that ended early.
      replace: `conn := c.conn
	if raw, ok := conn.(*BroadcastRawUDPConn); ok {
		conn = NewBroadcastUDPConn(raw.PacketConn, &net.UDPAddr{IP: lease.ACK.YourIPAddr, Port: ClientPort})
	}
	_, err = conn.WriteTo(req.ToBytes(), `,
      why: "DHCPRELEASE comes from the leased address: what comes from 0.0.0.0 the kernel of the server drops",
    },
  ],
};

const multusModule = "gopkg.in/k8snetworkplumbingwg/multus-cni.v4";
const multusStamp = `${multusModule}/pkg/multus`;

/** Multus, all that upstream's hack/build-go.sh builds. */
export const multus: GoProgram = {
  name: "multus",
  version: versions.multus,
  files: {
    multus: `${multusModule}/cmd/multus`,
    "multus-daemon": `${multusModule}/cmd/multus-daemon`,
    "multus-shim": `${multusModule}/cmd/multus-shim`,
    install_multus: `${multusModule}/cmd/install_multus`,
    thin_entrypoint: `${multusModule}/cmd/thin_entrypoint`,
    kubeconfig_generator: `${multusModule}/cmd/kubeconfig_generator`,
    "cert-approver": `${multusModule}/cmd/cert-approver`,
    passthru: `${multusModule}/cmd/passthru-cni`,
  },
  stamps: {
    [`${multusStamp}.version`]: `v${versions.multus}`,
    // Those of the tag; the time of a build would make each of them another.
    [`${multusStamp}.commit`]: "705a59eaf96c86e1e977a2fe7b4f5cb19c96c4e6",
    [`${multusStamp}.date`]: "2026-02-17T20:22:32+00:00",
    [`${multusStamp}.gitTreeState`]: "clean",
    [`${multusStamp}.releaseStatus`]: ",released",
  },
};

/** Pulumi's engine and command line. */
export const pulumi: GoProgram = {
  name: "pulumi",
  version: versions.pulumi,
  files: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
  stamps: { [pulumiVersion]: `v${versions.pulumi}` },
};

/** The language host that runs Pulumi programs on Node. */
export const pulumiLanguageNodejs: GoProgram = {
  name: "pulumi-language-nodejs",
  version: versions.pulumiLanguageNodejs,
  files: { "pulumi-language-nodejs": "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs" },
  stamps: { [pulumiVersion]: `v${versions.pulumiLanguageNodejs}` },
};

/** What runs programs in YAML: for the tests of the components for other languages. */
export const pulumiLanguageYaml: GoProgram = {
  name: "pulumi-language-yaml",
  version: versions.pulumiLanguageYaml,
  files: { "pulumi-language-yaml": "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml" },
  stamps: {},
};

/** The HTTP echo of the probe, and what asks it: the lab's own, standard library only. */
export const echo: GoProgram = { name: "echo", version: "1", files: { echo: "." } };
