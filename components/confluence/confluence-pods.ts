import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Inputs } from "../args/inputs";
import { type Environment, environment, homes } from "./environment";
import { confluenceNames } from "./names";
import { type PodPlacement, placed } from "./placement";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type EnvVar = k8s.types.input.core.v1.EnvVar;

/** Where Confluence keeps its data: a database of PostgreSQL. */
export interface Database {
  /** For JDBC. */
  readonly url: pulumi.Input<string>;
  readonly user: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** How pods of Confluence are run, besides what they are told. */
export interface PodForm extends PodPlacement {
  /** The vendor's image, or one that takes the same environment. */
  readonly image: pulumi.Input<string>;
  /**
   * `node`: each pod on a node of its own, and one without stays Pending. `none`: as the scheduler likes, which likes to
   * spread them. `together`: all on one node, and one for which it has no room stays Pending.
   *
   * @default "none"
   */
  readonly spread?: pulumi.Input<"node" | "none" | "together">;
  /**
   * `off`: as in the vendor's chart, nothing ends a pod that has stopped its work. `status`: GET /status is asked every
   * 5 s, and three failures in a row restart the container.
   *
   * @default "off"
   */
  readonly livenessProbe?: pulumi.Input<"off" | "status">;
  /** How long a new container is not asked, in seconds. The vendor's image takes some minutes to start. @default { readiness: 10, liveness: 20 } */
  readonly probeDelaySeconds?: { readonly readiness: pulumi.Input<number>; readonly liveness: pulumi.Input<number> };
  /** Labels of the nodes that may have the pods. @default all nodes may */
  readonly nodeSelector?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * More variables of the container, for example `ATL_TOMCAT_CONTEXTPATH`, or `CATALINA_OPTS` for the JVM. Those that the
   * pod has already are set by other arguments.
   *
   * @default none
   */
  readonly env?: readonly k8s.types.input.core.v1.EnvVar[];
  /** @default { requests: { cpu: "2", memory: "2G" } } */
  readonly resources?: pulumi.Input<k8s.types.input.core.v1.ResourceRequirements>;
  /** A volume that pods of all nodes may write, for what members share. @default an empty folder of each pod's own */
  readonly sharedHome?: Omit<k8s.types.input.core.v1.Volume, "name">;
  /** A claim of each pod's own for its local home. @default an empty folder that goes with the pod */
  readonly localHome?: pulumi.Input<k8s.types.input.core.v1.PersistentVolumeClaimSpec>;
}

/** What a pod gets from objects beside it. */
export interface PodSources {
  readonly serviceAccountName: pulumi.Input<string>;
  /** Labels that all the pods have, and no others. */
  readonly selector: Record<string, string>;
  readonly database: Database;
  /** The Secret with the database's password and, where there is one, the licence. */
  readonly secret: pulumi.Input<string>;
  readonly hasLicense: boolean;
  /** Addresses of members, joined by commas; only for the way to join that is told them. */
  readonly peers?: pulumi.Input<string>;
}

/** Keys of the Secret. */
export const secretKeys = { password: "password", license: "license" } as const;

const volumes = { local: "local-home", shared: "shared-home" } as const;

/** The pods of the StatefulSet, as the vendor's chart has them. */
export function confluencePod(form: PodForm, settings: Inputs<Environment>, sources: PodSources): PodSpec {
  const { container, port, hazelcastPort } = confluenceNames;
  return {
    serviceAccountName: sources.serviceAccountName,
    automountServiceAccountToken: settings.join.type === "kubernetes",
    // 20 s, in which Confluence ends what it does, and some more.
    terminationGracePeriodSeconds: 25,
    securityContext: { fsGroup: 2002, fsGroupChangePolicy: "OnRootMismatch" },
    ...placed(form),
    ...(form.nodeSelector === undefined ? {} : { nodeSelector: form.nodeSelector }),
    affinity: pulumi.output(form.spread).apply((spread) => affinity(spread, sources.selector)) as PodSpec["affinity"],
    containers: [
      {
        name: container,
        image: form.image,
        ports: [
          { name: "http", containerPort: port },
          { name: "hazelcast", containerPort: hazelcastPort },
        ],
        env: env(settings, sources, form.env),
        ...probes(form),
        lifecycle: { preStop: { exec: { command: ["sh", "-c", "/shutdown-wait.sh"] } } },
        resources: form.resources ?? { requests: { cpu: "2", memory: "2G" } },
        volumeMounts: [
          { name: volumes.local, mountPath: homes.local },
          { name: volumes.local, mountPath: homes.logs, subPath: "logs" },
          { name: volumes.shared, mountPath: homes.shared },
        ],
      },
    ],
    volumes: [
      ...(form.localHome === undefined ? [{ name: volumes.local, emptyDir: {} }] : []),
      { name: volumes.shared, ...(form.sharedHome ?? { emptyDir: {} }) },
    ],
  };
}

/** The claims of each pod. */
export function confluenceClaims({ localHome }: PodForm): k8s.types.input.core.v1.PersistentVolumeClaim[] | undefined {
  return localHome === undefined ? undefined : [{ metadata: { name: volumes.local }, spec: localHome }];
}

function affinity(spread: "node" | "none" | "together" | undefined, matchLabels: Record<string, string>) {
  const beside = {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels }, topologyKey: "kubernetes.io/hostname" },
    ],
  };
  switch (spread) {
    case "node":
      return { podAntiAffinity: beside };
    case "together":
      return { podAffinity: beside };
    case "none":
    case undefined:
      return undefined;
  }
}

function env(
  settings: Inputs<Environment>,
  { database, secret, hasLicense, peers }: PodSources,
  more: readonly EnvVar[] = [],
): pulumi.Output<pulumi.Input<EnvVar>[]> {
  const ofPod = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const ofSecret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } });
  const others = [
    ...(peers === undefined ? [] : [{ name: "ATL_CLUSTER_PEERS", value: peers }]),
    ...(settings.join.type === "kubernetes" ? [ofPod("KUBERNETES_NAMESPACE", "metadata.namespace")] : []),
    ofPod("POD_IP", "status.podIP"),
    { name: "ATL_JDBC_URL", value: database.url },
    { name: "ATL_JDBC_USER", value: database.user },
    ofSecret("ATL_JDBC_PASSWORD", secretKeys.password),
    ...(hasLicense ? [ofSecret("ATL_LICENSE_KEY", secretKeys.license)] : []),
    ...more,
  ];
  return pulumi
    .output(settings)
    .apply((known) => [...Object.entries(environment(known)).map(([name, value]) => ({ name, value })), ...others]);
}

function probes({
  livenessProbe,
  probeDelaySeconds: delay,
}: PodForm): Pick<k8s.types.input.core.v1.Container, "readinessProbe" | "livenessProbe"> {
  const status = { httpGet: { path: "/status", port: confluenceNames.port }, periodSeconds: 5 };
  return {
    readinessProbe: {
      ...status,
      initialDelaySeconds: delay?.readiness ?? 10,
      timeoutSeconds: 1,
      failureThreshold: 6,
    },
    livenessProbe: pulumi
      .all([livenessProbe, delay?.liveness ?? 20])
      .apply(([asked, initialDelaySeconds]) =>
        asked === "status" ? { ...status, initialDelaySeconds, timeoutSeconds: 1, failureThreshold: 3 } : undefined,
      ) as k8s.types.input.core.v1.Container["livenessProbe"],
  };
}
