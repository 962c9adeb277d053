import { type Join, joinTypes } from "./join";
import { confluenceNames } from "./names";
import { addressEnvironment, type SiteAddress } from "./site-address";

/** Folders of Confluence's in its container; the vendor's image has its log below the first. */
export const homes = {
  local: "/var/atlassian/application-data/confluence",
  shared: "/var/atlassian/application-data/shared-home",
  /** Of the web server, kept with the local home. */
  logs: "/opt/atlassian/confluence/logs",
} as const;

/** Of how much memory the JVM may make its heap, in MiB. */
export interface Heap {
  /** What it starts with. */
  readonly minMiB: number;
  /** What it never goes beyond. */
  readonly maxMiB: number;
}

/** What a pod is told in plain words; what is secret, or only the cluster knows, comes besides. */
export interface Environment {
  readonly clusterName: string;
  readonly join: Join;
  /** @default Confluence's own choice */
  readonly interface?: string;
  readonly heap: Heap;
  /** The address by which browsers reach the members. @default not known */
  readonly site?: SiteAddress;
  /** How often the stand-in compares its safety number with the database's. @default its own: 30 */
  readonly safetyIntervalSeconds?: number;
}

/**
 * The environment of a pod, by the names of the vendor's image. The peers of `tcpIp` stay out: a program may know
 * them only when it runs.
 */
export function environment(settings: Environment): Record<string, string> {
  const { clusterName, join, heap, safetyIntervalSeconds } = settings;
  return {
    ATL_CLUSTER_TYPE: joinTypes[join.type],
    ATL_CLUSTER_NAME: clusterName,
    ...ofJoin(join),
    ...(settings.interface === undefined ? {} : { ATL_CLUSTER_INTERFACE: settings.interface }),
    ATL_PRODUCT_HOME_SHARED: homes.shared,
    ATL_DB_TYPE: "postgresql",
    JVM_MINIMUM_MEMORY: `${heap.minMiB}m`,
    JVM_MAXIMUM_MEMORY: `${heap.maxMiB}m`,
    JVM_SUPPORT_RECOMMENDED_ARGS: [
      `-Dconfluence.cluster.hazelcast.listenPort=${confluenceNames.hazelcastPort}`,
      "-Dconfluence.clusterNodeName.useHostname=true",
      "-Dsynchrony.btf.disabled=true",
    ].join(" "),
    // By default the image writes its log into a file, where nobody looks for a pod's.
    CONFLUENCE_LOG_STDOUT: "true",
    ...(safetyIntervalSeconds === undefined ? {} : { SIM_SAFETY_INTERVAL_SECONDS: String(safetyIntervalSeconds) }),
    ...(settings.site === undefined ? {} : addressEnvironment(settings.site)),
  };
}

/** Variables that a pod has besides: their values are secret, or only the cluster knows them. */
export function referred(join: Join["type"], hasLicense: boolean): string[] {
  return [
    ...(join === "tcpIp" ? ["ATL_CLUSTER_PEERS"] : []),
    ...(join === "kubernetes" ? ["KUBERNETES_NAMESPACE"] : []),
    ...["POD_IP", "ATL_JDBC_URL", "ATL_JDBC_USER", "ATL_JDBC_PASSWORD"],
    ...(hasLicense ? ["ATL_LICENSE_KEY"] : []),
  ];
}

function ofJoin(join: Join): Record<string, string> {
  switch (join.type) {
    case "multicast":
      // The image writes both into its configuration as they are, and has a default for neither.
      return { ATL_CLUSTER_ADDRESS: join.address, ATL_CLUSTER_TTL: String(join.ttl) };
    case "tcpIp":
      return {};
    case "kubernetes":
      return {
        HAZELCAST_KUBERNETES_SERVICE_NAME: confluenceNames.name,
        // Without it members ask each other on Hazelcast's port, not on Confluence's, and each stays alone (SCALE-70).
        HAZELCAST_KUBERNETES_SERVICE_PORT: String(confluenceNames.hazelcastPort),
      };
  }
}
