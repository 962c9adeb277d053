import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/labels";

/**
 * The kind NetworkAttachmentDefinition, as the Network Plumbing Working Group defines it
 * (https://github.com/k8snetworkplumbingwg/multi-net-spec).
 */
export function networkDefinitions(
  name: string,
  instance: string,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.v1.CustomResourceDefinition {
  const plural = "network-attachment-definitions";
  const group = "k8s.cni.cncf.io";
  return new k8s.apiextensions.v1.CustomResourceDefinition(
    name,
    {
      metadata: { name: `${plural}.${group}`, labels: labels("multus", instance) },
      spec: {
        group,
        scope: "Namespaced",
        names: {
          plural,
          singular: "network-attachment-definition",
          kind: "NetworkAttachmentDefinition",
          shortNames: ["net-attach-def"],
        },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                description: "A network that pods can ask for besides the cluster's own.",
                properties: {
                  apiVersion: { type: "string" },
                  kind: { type: "string" },
                  metadata: { type: "object" },
                  spec: {
                    type: "object",
                    properties: {
                      config: { type: "string", description: "The network's CNI configuration, as JSON." },
                    },
                  },
                },
              },
            },
          },
        ],
      },
    },
    opts,
  );
}
