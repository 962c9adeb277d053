import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { describeProblem } from "../../lib/user-error";
import type { MacvlanNetwork } from "../networks/macvlan-network";
import { attachmentAnnotations } from "../networks/request";
import { confluenceClaims, confluencePod, type Database, type PodForm, secretKeys } from "./confluence-pods";
import { type Join, joinWarnings, type TcpIpJoin } from "./join";
import { confluenceNames, podNameLabel, replicaName } from "./names";
import { type ConfluenceSettings, confluenceProblems, type Heap } from "./problems";

/** A secondary network of the pods, as `net1`. */
export interface ConfluenceNetwork {
  readonly network: MacvlanNetwork;
  /** The image of the dhcp plugin's daemon, where it gives the addresses out: another one means other pods. @default not known */
  readonly daemonImage?: string;
}

export interface ConfluenceArgs extends PodForm {
  /** Where the pods are. */
  readonly namespace: pulumi.Input<string>;
  /** How many members. The vendor's image wants one until its set-up is finished, then one more at a time. @default 1 */
  readonly replicas?: number;
  /** Members of another name are no members: they don't hear each other. @default "confluence-cluster" */
  readonly clusterName?: string;
  /** How members find each other. */
  readonly join: Join;
  /** The interface by which members talk, for example "net1". @default Confluence's own choice */
  readonly interface?: string;
  /** @default the CNI's alone */
  readonly network?: ConfluenceNetwork;
  /** A Data Center key, kept as a secret; the vendor's image needs one. @default none */
  readonly license?: pulumi.Input<string>;
  /** @default { minMiB: 1024, maxMiB: 1024 } */
  readonly heap?: Heap;
  readonly database: Database;
  /** What the stand-in alone knows: how often its safety job runs. The vendor's image does so every 30 s. @default the image's own */
  readonly standIn?: { readonly safetyIntervalSeconds: number };
  /** Leave the pods' readiness to whoever looks at them: members that panic are never ready together. @default false */
  readonly skipAwait?: boolean;
}

/**
 * Confluence Data Center on one database, as the vendor's chart has it, with a choice of how its members find each other.
 *
 * With the vendor's own image these differ from the stand-in's: `image`, `license`, `heap`, `resources`,
 * `probeDelaySeconds` (it takes minutes to start), homes on volumes that last, and a database with some 250 connections.
 * Its set-up is finished by hand on one replica; more come after that.
 *
 * @throws pulumi.ResourceError if a setting can't work: an empty `image`, a number out of its range, an invalid `clusterName` or
 * `join`, `interface` net1 without `network`, or the vendor's image without `license`.
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
    super("cni-lab:index:Confluence", name, {}, opts);
    const settings = settingsOf(args);
    const problems = confluenceProblems(settings);
    if (problems.length > 0) {
      throw new pulumi.ResourceError(problems.map(describeProblem).join("\n"), this);
    }
    for (const warning of joinWarnings(settings.join, settings.replicas)) {
      pulumi.log.warn(warning, this);
    }

    const metadata = { namespace: args.namespace, labels: labels(confluenceNames.name, name) };
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { ...metadata, name: confluenceNames.name } },
      { parent: this },
    );
    const granted = settings.join.type === "kubernetes" ? [this.grant(name, account, metadata)] : [];
    const secret = this.secret(name, args, metadata);
    this.service = this.serve(name, confluenceNames.name, metadata, {
      selector: selector(confluenceNames.name, name),
      ports: [
        { name: "http", port: confluenceNames.servicePort, targetPort: "http" },
        { name: "hazelcast", port: confluenceNames.hazelcastPort, targetPort: "hazelcast" },
      ],
    });
    const pod = confluencePod(args, settings, {
      serviceAccountName: account.metadata.name,
      selector: selector(confluenceNames.name, name),
      database: args.database,
      secret: secret.metadata.name,
      hasLicense: settings.hasLicense,
      peers: settings.join.type === "tcpIp" ? this.peers(name, settings.join, settings.replicas, metadata) : undefined,
    });
    this.statefulSet = this.run(name, args, settings.replicas, metadata, pod, granted);
    this.registerOutputs({});
  }

  private run(
    name: string,
    args: ConfluenceArgs,
    replicas: number,
    metadata: Metadata,
    spec: k8s.types.input.core.v1.PodSpec,
    granted: readonly pulumi.Resource[],
  ): k8s.apps.v1.StatefulSet {
    const annotations = args.skipAwait === true ? { "pulumi.com/waitFor": thereIsOne } : undefined;
    return new k8s.apps.v1.StatefulSet(
      `${name}-statefulset`,
      {
        metadata: { ...metadata, name: confluenceNames.name, annotations },
        spec: {
          replicas,
          serviceName: confluenceNames.name,
          selector: { matchLabels: selector(confluenceNames.name, name) },
          template: { metadata: { labels: metadata.labels, annotations: networkOf(args) }, spec },
          volumeClaimTemplates: confluenceClaims(args),
        },
      },
      {
        parent: this,
        dependsOn: [...granted],
        // Members of two settings are two clusters on one database, which is a panic; and a StatefulSet never gets round
        // to replacing a pod that is not ready. So all end before the first one of another template starts.
        replaceOnChanges: ["spec.template"],
        deleteBeforeReplace: true,
      },
    );
  }

  /** Members ask for what stands behind their Service, and for those pods; no more. */
  private grant(name: string, account: k8s.core.v1.ServiceAccount, shared: Metadata): k8s.rbac.v1.RoleBinding {
    const metadata = { ...shared, name: confluenceNames.name };
    const role = new k8s.rbac.v1.Role(
      `${name}-role`,
      { metadata, rules: [{ apiGroups: [""], resources: ["endpoints", "pods"], verbs: ["get", "list"] }] },
      { parent: this },
    );
    return new k8s.rbac.v1.RoleBinding(
      `${name}-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: account.metadata.namespace }],
      },
      { parent: this },
    );
  }

  /** Pulumi names it and replaces it with its contents: another name in the pods' template means other pods. */
  private secret(name: string, { database, license }: ConfluenceArgs, metadata: Metadata): k8s.core.v1.Secret {
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
      { parent: this },
    );
  }

  /**
   * The addresses that members are told: those given, or a Service of each pod's own.
   *
   * All pods are told the same, so that each is told its own too, and Hazelcast does not know it for that. As the Service
   * leads to no pod that is not ready, a member that starts is refused there and goes on; one that got through to itself
   * would ask itself for leave to be the first, and never be given it.
   */
  private peers(name: string, join: TcpIpJoin, replicas: number, metadata: Metadata): pulumi.Input<string> {
    if (join.peers !== undefined) {
      return join.peers.join(",");
    }
    const services = Array.from({ length: replicas }, (_, ordinal) =>
      this.serve(`${name}-${ordinal}`, replicaName(ordinal), metadata, {
        selector: { ...selector(confluenceNames.name, name), [podNameLabel]: replicaName(ordinal) },
        ports: [{ name: "hazelcast", port: confluenceNames.hazelcastPort, targetPort: "hazelcast" }],
      }),
    );
    return pulumi.all(services.map(({ spec }) => spec.clusterIP)).apply((addresses) => addresses.join(","));
  }

  private serve(
    prefix: string,
    serviceName: string,
    metadata: Metadata,
    spec: k8s.types.input.core.v1.ServiceSpec,
  ): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      `${prefix}-service`,
      // Its pods come after it: they are told its address, or are none.
      { metadata: { ...metadata, name: serviceName, annotations: { "pulumi.com/skipAwait": "true" } }, spec },
      { parent: this },
    );
  }
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

/** The values in force. */
function settingsOf(args: ConfluenceArgs): ConfluenceSettings {
  return {
    image: args.image,
    replicas: args.replicas ?? 1,
    clusterName: args.clusterName ?? "confluence-cluster",
    join: args.join,
    interface: args.interface,
    hasNetwork: args.network !== undefined,
    hasLicense: args.license !== undefined,
    heap: args.heap ?? { minMiB: 1024, maxMiB: 1024 },
    safetyIntervalSeconds: args.standIn?.safetyIntervalSeconds,
  };
}

function networkOf({ network: asked }: ConfluenceArgs): pulumi.Input<Record<string, string>> | undefined {
  if (asked === undefined) {
    return undefined;
  }
  const { network, daemonImage } = asked;
  return network.definition.metadata.apply(({ namespace }) =>
    attachmentAnnotations({ spec: network.spec, namespace: namespace ?? "default", daemonImage }),
  );
}
