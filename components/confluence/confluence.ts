import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { awaitAnnotations } from "../args/await";
import {
  anything,
  type FieldsOf,
  flag,
  group,
  kinds,
  list,
  made,
  number,
  oneOf,
  passed,
  plain,
  required,
  ruled,
  text,
} from "../args/fields";
import type { Inputs } from "../args/inputs";
import { after, recorded, takeArgs } from "../args/take";
import type { MacvlanNetwork } from "../networks/macvlan-network";
import { attachmentAnnotations } from "../networks/request";
import { confluenceClaims, confluencePod, type Database, type PodForm, secretKeys } from "./confluence-pods";
import { type Join, joinWarnings } from "./join";
import { confluenceNames, podNameLabel, replicaName } from "./names";
import { type ConfluenceSettings, confluenceProblems, type Heap } from "./problems";

/** A secondary network of the pods, as `net1`. */
export interface ConfluenceNetwork {
  readonly network: MacvlanNetwork;
  /** The image of the dhcp plugin's daemon, where it gives the addresses out: another one means other pods. @default not known */
  readonly daemonImage?: pulumi.Input<string>;
}

export interface ConfluenceArgs extends PodForm {
  /** Where the pods are. */
  readonly namespace: pulumi.Input<string>;
  /**
   * How many members. The vendor's image wants one until its set-up is finished, then one more at a time. Plain where
   * each has a Service of its own, as with `tcpIp` without `peers`.
   *
   * @default 1
   */
  readonly replicas?: pulumi.Input<number>;
  /** Members of another name are no members: they don't hear each other. @default "confluence-cluster" */
  readonly clusterName?: pulumi.Input<string>;
  /** How members find each other. */
  readonly join: Inputs<Join>;
  /** The interface by which members talk, for example "net1". @default Confluence's own choice */
  readonly interface?: pulumi.Input<string>;
  /** @default the CNI's alone */
  readonly network?: ConfluenceNetwork;
  /** A Data Center key, kept as a secret; the vendor's image needs one. @default none */
  readonly license?: pulumi.Input<string>;
  /** @default { minMiB: 1024, maxMiB: 1024 } */
  readonly heap?: Inputs<Heap>;
  readonly database: Database;
  /** What the stand-in alone knows: how often its safety job runs. The vendor's image does so every 30 s. @default the image's own */
  readonly standIn?: { readonly safetyIntervalSeconds: pulumi.Input<number> };
  /** Leave the pods' readiness to whoever looks at them: members that panic are never ready together. @default false */
  readonly skipAwait?: pulumi.Input<boolean>;
}

const fieldsOf = (args: ConfluenceArgs): FieldsOf<ConfluenceArgs> => ({
  namespace: required(passed(text)),
  image: required(text),
  replicas: hasServices(args?.join) ? plain(number) : number,
  clusterName: text,
  join: ruled(
    kinds("type", { multicast: { address: text, ttl: number }, tcpIp: { peers: list(text) }, kubernetes: {} }),
  ),
  interface: text,
  network: group({ network: required(made("a MacvlanNetwork", "spec", "definition")), daemonImage: text }),
  license: anything,
  heap: group({ minMiB: required(number), maxMiB: required(number) }),
  database: required(group({ url: required(anything), user: required(anything), password: required(anything) })),
  standIn: group({ safetyIntervalSeconds: required(number) }),
  skipAwait: flag,
  spread: oneOf("node", "none", "together"),
  livenessProbe: oneOf("off", "status"),
  probeDelaySeconds: group({ readiness: required(number), liveness: required(number) }),
  resources: anything,
  sharedHome: anything,
  localHome: anything,
});

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
    const fields = fieldsOf(args);
    super("cni-lab:index:Confluence", name, recorded(args, fields), opts);
    const { own, values } = takeArgs(this, args, fields, opts, (plain) => confluenceProblems(settingsOf(plain)));
    const settings = settingsOf(args);
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
    const granted = args.join.type === "kubernetes" ? [grant(name, account, metadata, own)] : [];
    const secret = secretOf(name, args, metadata, own);
    const ports = [
      { name: "http", port: confluenceNames.servicePort, targetPort: "http" },
      { name: "hazelcast", port: confluenceNames.hazelcastPort, targetPort: "hazelcast" },
    ];
    const all = { selector: selector(confluenceNames.name, name), ports };
    this.service = serve(name, confluenceNames.name, metadata, all, own);
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
function grant(
  name: string,
  account: k8s.core.v1.ServiceAccount,
  shared: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.rbac.v1.RoleBinding {
  const metadata = { ...shared, name: confluenceNames.name };
  const role = new k8s.rbac.v1.Role(
    `${name}-role`,
    { metadata, rules: [{ apiGroups: [""], resources: ["endpoints", "pods"], verbs: ["get", "list"] }] },
    opts,
  );
  return new k8s.rbac.v1.RoleBinding(
    `${name}-binding`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: account.metadata.namespace }],
    },
    opts,
  );
}

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

/** Whether each member has a Service of its own: how many there are is how many members. */
function hasServices(join: Inputs<Join> | undefined): boolean {
  return join?.type === "tcpIp" && join.peers === undefined;
}

/** The values in force. */
function settingsOf(args: pulumi.Unwrap<ConfluenceArgs>): ConfluenceSettings;
function settingsOf(args: ConfluenceArgs): Inputs<ConfluenceSettings>;
function settingsOf(args: ConfluenceArgs): Inputs<ConfluenceSettings> {
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
  const namespace = network.definition.metadata.apply((metadata) => metadata.namespace ?? "default");
  return pulumi.output({ spec: network.spec, namespace, daemonImage }).apply(attachmentAnnotations);
}
