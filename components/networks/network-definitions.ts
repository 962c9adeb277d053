import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "../../lib/labels";
import { multusInstance } from "./multus-pods";

const group = "k8s.cni.cncf.io";
const plural = "network-attachment-definitions";
const version = "v1";
const kind = "NetworkAttachmentDefinition";

/** The name of the kind's CustomResourceDefinition. */
export const definitionsName = `${plural}.${group}`;

/** What each object of the kind says of itself. */
export const networkDefinition = { apiVersion: `${group}/${version}`, kind } as const;

/**
 * The kind NetworkAttachmentDefinition, as the Network Plumbing Working Group defines it
 * (https://github.com/k8snetworkplumbingwg/multi-net-spec).
 */
export function networkDefinitions(
  name: string,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.v1.CustomResourceDefinition {
  return new k8s.apiextensions.v1.CustomResourceDefinition(
    name,
    {
      metadata: { name: definitionsName, labels: labels("multus", multusInstance) },
      spec: {
        group,
        scope: "Namespaced",
        names: {
          plural,
          singular: "network-attachment-definition",
          kind,
          shortNames: ["net-attach-def"],
        },
        versions: [
          {
            name: version,
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

/** The same, where the cluster has it: read, and never changed or deleted. */
export function existingDefinitions(
  name: string,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.v1.CustomResourceDefinition {
  return k8s.apiextensions.v1.CustomResourceDefinition.get(name, definitionsName, opts);
}
