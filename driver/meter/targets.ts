import { probeNames } from "../../components/probe/probe-names";
import type { Target } from "./protocol";

/** What the report calls the targets that are no nodes. */
export const targetNames = { service: "Service", dns: "DNS" } as const;

/** The Service over the first probe pod of each node. */
export function serviceTarget(host: string): Target {
  return { name: targetNames.service, by: "http", host, port: probeNames.port };
}

/** The cluster's DNS, asked for a name that is always there. */
export function dnsTarget(server: string, domain: string): Target {
  return { name: targetNames.dns, by: "dns", server, question: `kubernetes.default.svc.${domain}` };
}

/** A probe pod of a node. */
export function nodeTarget(node: string, host: string): Target {
  return { name: node, by: "http", host, port: probeNames.containerPort, node };
}
