import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { awaitAnnotations } from "../args/await";
import { after, recorded, takeArgs } from "../args/take";
import { grant } from "../cluster/rights";
import { annotationsOn } from "../networks/attachable-network";
import { type ConfluenceArgs, confluenceFields, confluenceSettings } from "./confluence-args";
import { confluenceClaims, confluencePod, secretKeys } from "./confluence-pods";
import { confluenceIngress } from "./ingress";
import { joinWarnings } from "./join";
import { confluenceNames, podNameLabel, replicaName } from "./names";
import { confluenceProblems } from "./problems";

/**
 * Confluence Data Center on one database, as the vendor's chart has it, with a choice of how its members find each other.
 *
 * With the vendor's own image these differ from the stand-in's: `image`, `license`, `heap`, `resources`,
 * `probeDelaySeconds` (it takes minutes to start), homes on volumes that last, and a database with some 250 connections.
 * Its set-up is finished by hand on one replica; more come after that.
 *
 * @throws pulumi.ResourceError if a setting can't work: an empty `image`, a number out of its range, an invalid `clusterName`,
 * `join` or `ingress.host`, a variable in `env` that the pods have already, `interface` net1 without `network`, or the vendor's image without `license`.
 *
 * @example
 * ```ts
 * const join = { type: "multicast", address: "230.0.0.1", ttl: 1 } as const;
 * new Confluence("confluence", { namespace: "confluence", image, replicas: 2, join, database: postgres }, { provider });
 * ```
 */
export class Confluence extends pulumi.ComponentResource {
  /** Leads to the members that are ready. */
  readonly service: k8s.core.v1.Service;
  /** The members, `confluence-0` and on. */
  readonly statefulSet: k8s.apps.v1.StatefulSet;

  constructor(name: string, args: ConfluenceArgs, opts?: pulumi.ComponentResourceOptions) {
    const fields = confluenceFields(args);
    super("cni-lab:index:Confluence", name, recorded(args, fields), opts);
    const { own, values } = takeArgs(this, args, fields, opts, (plain) =>
      confluenceProblems(confluenceSettings(plain)),
    );
    const settings = confluenceSettings(args);
    values.apply(async ({ join, replicas = 1 }) => {
      for (const warning of joinWarnings(join, replicas)) {
        await pulumi.log.warn(warning, this);
      }
    });

    const metadata = { namespace: args.namespace, labels: labels(confluenceNames.name, name) };
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { ...metadata, name: confluenceNames.name } },
      own,
    );
    const inNamespace = { ...metadata, name: confluenceNames.name };
    const rights = { kind: "Role", metadata: inNamespace, rules: memberRules, account } as const;
    const granted = args.join.type === "kubernetes" ? [grant(name, rights, own).binding] : [];
    const secret = secretOf(name, args, metadata, own);
    const ports = [
      { name: "http", port: confluenceNames.servicePort, targetPort: "http" },
      { name: "hazelcast", port: confluenceNames.hazelcastPort, targetPort: "hazelcast" },
    ];
    const all = { selector: selector(confluenceNames.name, name), ports };
    this.service = serve(name, confluenceNames.name, metadata, all, own);
    if (args.ingress !== undefined) {
      confluenceIngress(name, args.ingress, metadata, own);
    }
    const pod = confluencePod(args, settings, {
      serviceAccountName: account.metadata.name,
      selector: selector(confluenceNames.name, name),
      database: args.database,
      secret: secret.metadata.name,
      hasLicense: args.license !== undefined,
      peers: peersOf(name, args, metadata, own),
    });
    this.statefulSet = run(name, args, metadata, pod, after(own, ...granted));
    this.registerOutputs({ service: this.service, statefulSet: this.statefulSet });
  }
}

function run(
  name: string,
  args: ConfluenceArgs,
  metadata: Metadata,
  spec: k8s.types.input.core.v1.PodSpec,
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.StatefulSet {
  const annotations = awaitAnnotations(args.skipAwait, { "pulumi.com/waitFor": thereIsOne });
  return new k8s.apps.v1.StatefulSet(
    `${name}-statefulset`,
    {
      metadata: { ...metadata, name: confluenceNames.name, annotations },
      spec: {
        replicas: args.replicas ?? 1,
        serviceName: confluenceNames.name,
        selector: { matchLabels: selector(confluenceNames.name, name) },
        template: { metadata: { labels: metadata.labels, annotations: networkOf(args) }, spec },
        volumeClaimTemplates: confluenceClaims(args),
      },
    },
    {
      ...opts,
      // Members of two settings are two clusters on one database, which is a panic; and a StatefulSet never gets round
      // to replacing a pod that is not ready. So all end before the first one of another template starts.
      replaceOnChanges: ["spec.template"],
      deleteBeforeReplace: true,
    },
  );
}

/** Members ask for what stands behind their Service, and for those pods; no more. */
const memberRules = [{ apiGroups: [""], resources: ["endpoints", "pods"], verbs: ["get", "list"] }];

/** Pulumi names it and replaces it with its contents: another name in the pods' template means other pods. */
function secretOf(
  name: string,
  { database, license }: ConfluenceArgs,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  return new k8s.core.v1.Secret(
    `${name}-secret`,
    {
      metadata,
      immutable: true,
      stringData: {
        [secretKeys.password]: pulumi.secret(database.password),
        ...(license === undefined ? {} : { [secretKeys.license]: pulumi.secret(license) }),
      },
    },
    opts,
  );
}

/**
 * The addresses that members are told: those given, or a Service of each pod's own.
 *
 * All pods are told the same, so that each is told its own too, and Hazelcast does not know it for that. As the Service
 * leads to no pod that is not ready, a member that starts is refused there and goes on; one that got through to itself
 * would ask itself for leave to be the first, and never be given it.
 */
function peersOf(
  name: string,
  { join, replicas = 1 }: ConfluenceArgs,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): pulumi.Input<string> | undefined {
  if (join.type !== "tcpIp") {
    return undefined;
  }
  if (join.peers !== undefined) {
    return pulumi.output(join.peers).apply((peers) => peers.join(","));
  }
  const ports = [{ name: "hazelcast", port: confluenceNames.hazelcastPort, targetPort: "hazelcast" }];
  const services = Array.from({ length: Number(replicas) }, (_, ordinal) => {
    const one = { ...selector(confluenceNames.name, name), [podNameLabel]: replicaName(ordinal) };
    return serve(`${name}-${ordinal}`, replicaName(ordinal), metadata, { selector: one, ports }, opts);
  });
  return pulumi.all(services.map(({ spec }) => spec.clusterIP)).apply((addresses) => addresses.join(","));
}

function serve(
  prefix: string,
  serviceName: string,
  metadata: Metadata,
  spec: k8s.types.input.core.v1.ServiceSpec,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  return new k8s.core.v1.Service(
    `${prefix}-service`,
    // Its pods come after it: they are told its address, or are none.
    { metadata: { ...metadata, name: serviceName, annotations: { "pulumi.com/skipAwait": "true" } }, spec },
    opts,
  );
}

interface Metadata {
  readonly namespace: pulumi.Input<string>;
  readonly labels: Record<string, string>;
}

/**
 * What is true once the StatefulSet is there. Not `skipAwait`: with that the engine would not wait for its end either,
 * and a replacement would come while the pods of the old one run.
 */
const thereIsOne = `jsonpath={.metadata.name}=${confluenceNames.name}`;

function networkOf({ network: asked }: ConfluenceArgs): pulumi.Input<Record<string, string>> | undefined {
  return asked && annotationsOn(asked.network, { daemonImage: asked.daemonImage });
}
