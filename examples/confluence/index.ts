import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Confluence } from "cni-lab";

const config = new pulumi.Config();
const namespace = new k8s.core.v1.Namespace("confluence", { metadata: { name: "confluence" } });

const confluence = new Confluence("confluence", {
  namespace: namespace.metadata.name,
  image: config.require("image"),
  replicas: config.requireNumber("replicas"),
  // By multicast, the vendor's default, members find each other only on a CNI that carries it, as Weave does.
  join: { type: "kubernetes" },
  database: {
    url: config.require("databaseUrl"),
    user: config.require("databaseUser"),
    password: config.requireSecret("databasePassword"),
  },
  license: config.requireSecret("license"),
  spread: "node",
  probeDelaySeconds: { readiness: 10, liveness: 300 },
});

/** Leads to the members that are ready. */
export const service = confluence.service.metadata.name;
