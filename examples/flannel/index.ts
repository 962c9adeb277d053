import * as pulumi from "@pulumi/pulumi";
import { Flannel } from "cni-lab";

const config = new pulumi.Config();

const flannel = new Flannel("flannel", {
  network: config.require("podNetwork"),
  // Flannel's own choice is the interface of the default route. On Vagrant boxes that is the NAT, with one address for all.
  iface: { by: "name", name: config.require("interface") },
});

/** Ready when flanneld runs on every node. */
export const daemonSet = flannel.daemonSet.metadata.name;
