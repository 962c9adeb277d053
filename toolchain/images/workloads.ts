import { images, versions } from "../../components/lib/versions";
import type { GoProgram } from "../go/program";
import {
  cniDhcpRelease,
  cniPluginSet,
  coredns,
  echo,
  etcd,
  flannel,
  flannelCni,
  kubernetes,
  multus,
  weave,
} from "../go/programs";

/** An image that pods run: a Containerfile, and what it copies. */
export interface Workload {
  /** Folder under toolchain/images that holds the Containerfile. */
  readonly name: string;
  /** Full names under which pods ask for it. */
  readonly images: readonly string[];
  /** For the label org.opencontainers.image.version. */
  readonly version: string;
  /** The program whose files it copies, or a file of the base. */
  readonly from: GoProgram | { readonly baseFile: string };
}

/** Every image that a node carries. */
export const workloads: readonly Workload[] = [
  {
    name: "kubernetes",
    images: [images.kubeApiserver, images.kubeControllerManager, images.kubeScheduler, images.kubeProxy],
    version: versions.kubernetes,
    from: kubernetes,
  },
  { name: "etcd", images: [images.etcd], version: versions.etcd, from: etcd },
  { name: "coredns", images: [images.coredns], version: versions.coredns, from: coredns },
  { name: "pause", images: [images.pause], version: versions.debian, from: { baseFile: "usr/bin/catatonit" } },
  { name: "flannel", images: [images.flannel], version: versions.flannel, from: flannel },
  {
    name: "flannel-cni-plugin",
    images: [images.flannelCniPlugin],
    version: versions.flannelCniPlugin,
    from: flannelCni,
  },
  { name: "weave", images: [images.weave], version: versions.weave, from: weave },
  { name: "multus-thick", images: [images.multusThick], version: versions.multus, from: multus },
  { name: "multus-thin", images: [images.multusThin], version: versions.multus, from: multus },
  { name: "cni-dhcp", images: [images.cniDhcp], version: versions.cniPlugins, from: cniPluginSet },
  { name: "cni-dhcp-release", images: [images.cniDhcpRelease], version: versions.cniPlugins, from: cniDhcpRelease },
  { name: "probe", images: [images.probe], version: echo.version, from: echo },
];
