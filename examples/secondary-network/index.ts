import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { MacvlanNetwork, Multus } from "cni-lab";

const config = new pulumi.Config();

const multus = new Multus("multus", { type: "thick" });

const network = new MacvlanNetwork(
  "lan",
  {
    namespace: "default",
    network: "lan",
    master: config.require("master"),
    // Each node gives out addresses by itself: with several nodes two pods can get the same. A pod names its own.
    ipam: { type: "static" },
  },
  { dependsOn: multus.definitions },
);

const labels = { app: "two-interfaces" };
const [first = ""] = config.require("subnet").split("/");
const address = `${first.replace(/\d+$/, "50")}/24`;

/** A pod with eth0 of the CNI, and net1 on the LAN. */
const pods = new k8s.apps.v1.StatefulSet(
  "two-interfaces",
  {
    spec: {
      replicas: 1,
      serviceName: "two-interfaces",
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels,
          annotations: {
            "k8s.v1.cni.cncf.io/networks": pulumi.jsonStringify([
              { name: network.definition.metadata.name, interface: "net1", ips: [address] },
            ]),
          },
        },
        spec: { containers: [{ name: "shell", image: "docker.io/library/busybox:1.37", command: ["sleep", "inf"] }] },
      },
    },
  },
  { dependsOn: [multus.daemonSet, network.definition] },
);

export const pod = pulumi.interpolate`${pods.metadata.name}-0`;
