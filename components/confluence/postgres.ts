import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, selector } from "../../lib/labels";
import { awaitAnnotations } from "../args/await";
import { anything, type FieldsOf, flag, number, passed, required, text } from "../args/fields";
import type { Inputs } from "../args/inputs";
import { after, recorded, takeArgs } from "../args/take";
import { commandOn, nodeField, type ReachableNode } from "../cluster/node-access";
import { confluenceNames } from "./names";
import { type PodPlacement, placed, placementFields } from "./placement";
import {
  drawPassword,
  makeFolder,
  type PostgresSettings,
  postgresArgs,
  postgresProblems,
  removeFolder,
} from "./postgres-settings";

export interface PostgresArgs extends PodPlacement {
  readonly namespace: pulumi.Input<string>;
  /** The node that keeps the data, and where the pod therefore is, from the first day to the last. */
  readonly node: ReachableNode;
  /** The folder of that node with the data. It is removed when this is deleted. @default "/var/local/cni-lab/postgres" */
  readonly folder?: pulumi.Input<string>;
  /** PostgreSQL 15 with the environment of the usual image, uid 999. @default "docker.io/library/postgres:15" */
  readonly image?: pulumi.Input<string>;
  /** @default "confluence" */
  readonly database?: pulumi.Input<string>;
  /** The database's owner. @default "confluence" */
  readonly user?: pulumi.Input<string>;
  /** Of the owner; only a new database takes it. @default 24 letters and digits, drawn once */
  readonly password?: pulumi.Input<string>;
  /** How many clients at once. The vendor's image of Confluence wants 250. @default 30 */
  readonly maxConnections?: pulumi.Input<number>;
  /** @default { requests: { cpu: "50m", memory: "48Mi" } } */
  readonly resources?: pulumi.Input<k8s.types.input.core.v1.ResourceRequirements>;
  /** Leave the pod's readiness to whoever looks at it: without a network it never becomes ready. @default false */
  readonly skipAwait?: pulumi.Input<boolean>;
}

const fields: FieldsOf<PostgresArgs> = {
  namespace: required(passed(text)),
  node: required(nodeField),
  folder: text,
  image: text,
  ...placementFields,
  database: text,
  user: text,
  password: anything,
  maxConnections: number,
  resources: anything,
  skipAwait: flag,
};

const usualImage = "docker.io/library/postgres:15";
const dataFolder = "/var/lib/postgresql/data";
const { postgres: objectName, postgresPort: port } = confluenceNames;

/**
 * A database of PostgreSQL in one pod, with its data in a folder of one node: they outlive the pod, not this.
 *
 * @throws pulumi.ResourceError if `database`, `user` or `folder` is not a plain name or path, or `maxConnections` is below 5.
 *
 * @example
 * ```ts
 * const postgres = new Postgres("postgres", { namespace: "confluence", node, maxConnections: 250 }, { provider });
 * ```
 */
export class Postgres extends pulumi.ComponentResource {
  /** The name under which pods reach it. */
  readonly host: pulumi.Output<string>;
  /** For JDBC. */
  readonly url: pulumi.Output<string>;
  readonly user: pulumi.Output<string>;
  /** A secret. */
  readonly password: pulumi.Output<string>;
  /** Once it exists, the database answers. */
  readonly ready: k8s.apps.v1.StatefulSet;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Postgres", name, recorded(args, fields), opts);
    const { own } = takeArgs(this, args, fields, opts, (plain) => postgresProblems(settingsOf(plain)));
    const settings = settingsOf(args);

    const metadata = {
      name: objectName,
      namespace: args.namespace,
      labels: labels(objectName, name),
      annotations: awaitAnnotations(args.skipAwait),
    };
    this.user = pulumi.output(settings.user);
    this.password = pulumi.secret(args.password ?? drawn(name, own));
    this.host = pulumi.interpolate`${objectName}.${args.namespace}.svc`;
    this.url = pulumi.interpolate`jdbc:postgresql://${this.host}:${port}/${settings.database}`;
    const secret = new k8s.core.v1.Secret(
      `${name}-secret`,
      {
        // Pulumi names it: another password means another pod.
        metadata: { namespace: args.namespace, labels: metadata.labels },
        immutable: true,
        stringData: { password: this.password },
      },
      own,
    );
    const claim = claimOf(name, args, settings.folder, own);
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata,
        spec: { selector: selector(objectName, name), ports: [{ name: "postgres", port, targetPort: "postgres" }] },
      },
      own,
    );
    this.ready = new k8s.apps.v1.StatefulSet(
      `${name}-statefulset`,
      {
        metadata,
        spec: {
          replicas: 1,
          serviceName: objectName,
          selector: { matchLabels: selector(objectName, name) },
          template: {
            metadata: { labels: metadata.labels },
            spec: podSpec(args, settings, secret.metadata.name, claim.metadata.name),
          },
        },
      },
      own,
    );
    const { host, url, user, password, ready } = this;
    this.registerOutputs({ host, url, user, password, ready });
  }
}

function drawn(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  return new command.local.Command(
    `${name}-password`,
    { create: drawPassword, logging: "none" },
    { ...opts, additionalSecretOutputs: ["stdout"] },
  ).stdout;
}

/** The folder, the volume that it is in the cluster, and the claim by which the pod has it: each outlives the next. */
function claimOf(
  name: string,
  { namespace, node }: PostgresArgs,
  folder: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.PersistentVolumeClaim {
  const folderScripts = {
    create: { text: makeFolder, args: [folder] },
    delete: { text: removeFolder, args: [folder] },
  };
  const made = commandOn(node, `${name}-folder`, folderScripts, opts);
  const shared = { accessModes: ["ReadWriteOnce"], storageClassName: "" };
  const size = { storage: "1Gi" };
  const volume = new k8s.core.v1.PersistentVolume(
    `${name}-volume`,
    {
      metadata: { labels: labels(objectName, name) },
      spec: {
        ...shared,
        capacity: size,
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { namespace, name: claimName },
        local: { path: folder },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node.name] }] },
            ],
          },
        },
      },
    },
    after(opts, made),
  );
  return new k8s.core.v1.PersistentVolumeClaim(
    `${name}-claim`,
    {
      metadata: { name: claimName, namespace, labels: labels(objectName, name) },
      spec: { ...shared, volumeName: volume.metadata.name, resources: { requests: size } },
    },
    opts,
  );
}

const claimName = `${objectName}-data`;

/** The values in force. */
function settingsOf(args: pulumi.Unwrap<PostgresArgs>): PostgresSettings;
function settingsOf(args: PostgresArgs): Inputs<PostgresSettings>;
function settingsOf(args: PostgresArgs): Inputs<PostgresSettings> {
  return {
    database: args.database ?? confluenceNames.database,
    user: args.user ?? confluenceNames.database,
    folder: args.folder ?? "/var/local/cni-lab/postgres",
    maxConnections: args.maxConnections ?? 30,
  };
}

function podSpec(
  args: PostgresArgs,
  settings: Inputs<PostgresSettings>,
  secret: pulumi.Input<string>,
  claim: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const { database, user } = settings;
  return {
    automountServiceAccountToken: false,
    ...placed(args),
    securityContext: { runAsUser: 999, runAsGroup: 999, fsGroup: 999, fsGroupChangePolicy: "OnRootMismatch" },
    containers: [
      {
        name: objectName,
        image: args.image ?? usualImage,
        args: pulumi.output(settings).apply(postgresArgs),
        ports: [{ name: "postgres", containerPort: port }],
        env: [
          { name: "POSTGRES_DB", value: database },
          { name: "POSTGRES_USER", value: user },
          { name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: { name: secret, key: "password" } } },
          // A folder of its own: the volume's is not the database's alone to change.
          { name: "PGDATA", value: `${dataFolder}/pgdata` },
        ],
        readinessProbe: {
          // By TCP: while a new database is set up, it answers on its socket only.
          exec: { command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", user, "-d", database] },
          periodSeconds: 2,
          timeoutSeconds: 3,
        },
        resources: args.resources ?? { requests: { cpu: "50m", memory: "48Mi" } },
        volumeMounts: [{ name: "data", mountPath: dataFolder }],
      },
    ],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
  };
}
