/** How Confluence and its database are found in the cluster. */
export const confluenceNames = {
  namespace: "confluence",
  /** Of the StatefulSet, the Service, and the label `app.kubernetes.io/name` of the pods. */
  name: "confluence",
  container: "confluence",
  /** Of the database's StatefulSet, its Service, its container, and the same label of its pod. */
  postgres: "postgres",
  /** HTTP of each pod (Atlassian's image, EXPOSE). */
  port: 8090,
  /** Of the Service. */
  servicePort: 80,
  /** Where members of the cluster talk: the product's own default (Atlassian, "Set up a Confluence Data Center cluster"). */
  hazelcastPort: 5801,
  postgresPort: 5432,
  /** Of the database in PostgreSQL, and of its owner. */
  database: "confluence",
} as const;

/** The label by which Kubernetes marks each pod of a StatefulSet with its name. */
export const podNameLabel = "statefulset.kubernetes.io/pod-name";

/** The pod of this number, and the Service that leads to it alone. */
export function replicaName(ordinal: number): string {
  return `${confluenceNames.name}-${ordinal}`;
}
