import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";
import { anything, type FieldsOf, list, number, oneOf, passed, plain, required, text } from "../args/fields";
import type { Inputs } from "../args/inputs";
import { recorded, takeArgs } from "../args/take";
import { Confluence } from "../confluence/confluence";
import type { ConfluenceIngress } from "../confluence/ingress";
import type { Join } from "../confluence/join";

/** What Confluence is told. */
export interface ConfluenceClusterArgs {
  /** Where the pods are. */
  namespace: pulumi.Input<string>;
  /** The vendor's image, or one that takes the same environment. */
  image: pulumi.Input<string>;
  /** The database of PostgreSQL, for JDBC. */
  databaseUrl: pulumi.Input<string>;
  /** The database's user. */
  databaseUser: pulumi.Input<string>;
  /** That user's password; kept as a secret. */
  databasePassword: pulumi.Input<string>;
  /** A Data Center key; kept as a secret. The vendor's image needs one. */
  license?: pulumi.Input<string>;
  /** How many members. Default: 1. */
  replicas?: pulumi.Input<number>;
  /** The cluster's name: members of another name are no members. Default: confluence-cluster. */
  clusterName?: pulumi.Input<string>;
  /** How members find each other: kubernetes, tcpIp or multicast, which not every CNI carries. Default: kubernetes. */
  join?: pulumi.Input<string>;
  /** With multicast: the group. Default: 230.0.0.1. */
  multicastAddress?: pulumi.Input<string>;
  /** With multicast: how many routers a call may pass. Default: 1. */
  multicastTtl?: pulumi.Input<number>;
  /** Where members run: node, each on a node of its own; together, all on one; or none, as the scheduler likes. Default: none. */
  spread?: pulumi.Input<string>;
  /** The name under which an Ingress leads browsers to the members. Default: no Ingress. */
  ingressHost?: pulumi.Input<string>;
  /** With ingressHost: the Ingress's class. Default: the cluster's default one. */
  ingressClass?: pulumi.Input<string>;
  /** With ingressHost: the Secret with its certificate, in the members' namespace. Default: none, and http. */
  ingressTlsSecret?: pulumi.Input<string>;
  /** Names of Secrets with which nodes pull the image. Default: none. */
  imagePullSecrets?: pulumi.Input<string>[];
  /** Labels of the nodes that may have the members. Default: all nodes may. */
  nodeSelector?: { [key: string]: pulumi.Input<string> };
  /** More variables of the members' containers, by their names. Default: none. */
  env?: { [key: string]: pulumi.Input<string> };
}

const fieldsOf = (args: ConfluenceClusterArgs): FieldsOf<ConfluenceClusterArgs> => ({
  namespace: required(passed(text)),
  image: required(text),
  databaseUrl: required(anything),
  databaseUser: required(anything),
  databasePassword: required(anything),
  license: anything,
  // With tcpIp each member has a Service of its own.
  replicas: args?.join === "tcpIp" ? plain(number) : number,
  clusterName: text,
  join: plain(oneOf("kubernetes", "tcpIp", "multicast")),
  multicastAddress: text,
  multicastTtl: number,
  spread: oneOf("node", "none", "together"),
  ingressHost: text,
  ingressClass: text,
  ingressTlsSecret: text,
  imagePullSecrets: list(text),
  nodeSelector: anything,
  env: anything,
});

/** Confluence Data Center on a database that is there. */
export class ConfluenceCluster extends pulumi.ComponentResource {
  /** The name of the Service that leads to the members that are ready. */
  readonly service: pulumi.Output<string>;

  constructor(name: string, args: ConfluenceClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const fields = fieldsOf(args);
    super("cni-lab:index:ConfluenceCluster", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, problemsOf);
    const { namespace, image, license, replicas, clusterName, spread, imagePullSecrets, nodeSelector } = args;
    const confluence = new Confluence(
      `${name}-confluence`,
      {
        ...{ namespace, image, license, replicas, clusterName, imagePullSecrets, nodeSelector },
        env: Object.entries(args.env ?? {}).map(([variable, value]) => ({ name: variable, value })),
        ingress: ingressOf(args),
        spread: spread as pulumi.Input<"node" | "none" | "together"> | undefined,
        join: joinOf(args),
        database: { url: args.databaseUrl, user: args.databaseUser, password: args.databasePassword },
      },
      own,
    );
    this.service = confluence.service.metadata.name;
    this.registerOutputs({ service: this.service });
  }
}

function joinOf({ join = "kubernetes", multicastAddress, multicastTtl }: ConfluenceClusterArgs): Inputs<Join> {
  return join === "multicast"
    ? { type: "multicast", address: multicastAddress ?? "230.0.0.1", ttl: multicastTtl ?? 1 }
    : { type: join as "kubernetes" | "tcpIp" };
}

function ingressOf({
  ingressHost,
  ingressClass,
  ingressTlsSecret,
}: ConfluenceClusterArgs): ConfluenceIngress | undefined {
  return ingressHost === undefined
    ? undefined
    : { host: ingressHost, className: ingressClass, tlsSecret: ingressTlsSecret };
}

/** What means nothing without another argument. */
function problemsOf(args: pulumi.Unwrap<ConfluenceClusterArgs>): Problem[] {
  const { join = "kubernetes" } = args;
  return [
    ...(["multicastAddress", "multicastTtl"] as const).flatMap((field) =>
      args[field] === undefined || join === "multicast"
        ? []
        : [{ field, rule: `has no effect with join ${join}`, fix: "leave it out, or set join to multicast" }],
    ),
    ...(["ingressClass", "ingressTlsSecret"] as const).flatMap((field) =>
      args[field] === undefined || args.ingressHost !== undefined
        ? []
        : [{ field, rule: "has no effect without ingressHost", fix: "leave it out, or set ingressHost" }],
    ),
  ];
}
