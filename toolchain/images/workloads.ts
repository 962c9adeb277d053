import { images, versions } from "../../lib/versions";
import { baseRoot, confluenceRoot, postgresRoot, type Root } from "../debian/roots";
import * as programs from "../go/programs";
import { confluenceNode } from "../java/programs";
import { debianFile, goSource, javaSource, type Source } from "./source";

/** An image that pods run: a Containerfile, and what it copies. */
export interface Workload {
  /** Folder under toolchain/images that holds the Containerfile. */
  readonly name: string;
  /** Full names under which pods ask for it. */
  readonly images: readonly string[];
  /** For the label org.opencontainers.image.version. */
  readonly version: string;
  /** What it begins with, unless its Containerfile begins from scratch. @default baseRoot */
  readonly root?: Root;
  /** What it copies besides the files beside its Containerfile. @default nothing */
  readonly from?: Source;
}

/** Every image that a node carries. */
export const workloads: readonly Workload[] = [
  {
    name: "kubernetes",
    images: [images.kubeApiserver, images.kubeControllerManager, images.kubeScheduler, images.kubeProxy],
    version: versions.kubernetes,
    from: goSource(programs.kubernetes),
  },
  { name: "etcd", images: [images.etcd], version: versions.etcd, from: goSource(programs.etcd) },
  { name: "coredns", images: [images.coredns], version: versions.coredns, from: goSource(programs.coredns) },
  { name: "pause", images: [images.pause], version: versions.debian, from: debianFile(baseRoot, "usr/bin/catatonit") },
  { name: "flannel", images: [images.flannel], version: versions.flannel, from: goSource(programs.flannel) },
  {
    name: "flannel-cni-plugin",
    images: [images.flannelCniPlugin],
    version: versions.flannelCniPlugin,
    from: goSource(programs.flannelCni),
  },
  { name: "weave", images: [images.weave], version: versions.weave, from: goSource(programs.weave) },
  { name: "multus-thick", images: [images.multusThick], version: versions.multus, from: goSource(programs.multus) },
  { name: "multus-thin", images: [images.multusThin], version: versions.multus, from: goSource(programs.multus) },
  { name: "cni-dhcp", images: [images.cniDhcp], version: versions.cniPlugins, from: goSource(programs.cniPluginSet) },
  {
    name: "cni-dhcp-release",
    images: [images.cniDhcpRelease],
    version: versions.cniPlugins,
    from: goSource(programs.cniDhcpRelease),
  },
  { name: "probe", images: [images.probe], version: programs.echo.version, from: goSource(programs.echo) },
  {
    name: "confluence-node",
    images: [images.confluenceNode],
    version: versions.confluenceNode,
    root: confluenceRoot,
    from: javaSource(confluenceNode),
  },
  { name: "postgres", images: [images.postgres], version: versions.postgres, root: postgresRoot },
];
