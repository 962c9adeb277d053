import type { Tree } from "../host";
import { at, textAt } from "./object";
import type { Settings } from "./settings";
import type { Kind } from "./token";

/** Where the storage of a PersistentVolume lies. */
const volumeSources = [
  ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"],
  ...["gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume"],
  ...["quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"],
];

/**
 * Fields whose change the official plugin answers with a new object. Most of them are immutable on the API server too,
 * which is asked about every other field; this table serves where it can't be asked (a preview with unknown values)
 * and where the official plugin is stricter than the server.
 */
const replaced: Readonly<Record<string, readonly string[]>> = {
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
  "/PersistentVolume": volumeSources.map((source) => `spec.${source}`),
  "/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  // All but these three of a Pod's spec; see below.
  "/Pod": ["spec"],
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
  "/Secret": ["type"],
};

/** What of a Pod's spec can change in place. */
const podExceptions = ["spec.activeDeadlineSeconds", "spec.tolerations", "spec.ephemeralContainers"];

/** Fields that make an object another one. */
const identity = ["kind", "metadata.name", "metadata.namespace"];

/** The changed paths that call for a new object, as far as the rules tell without asking the API server. */
export function replacedByRule(kind: Kind, news: Tree, changed: Iterable<string>, settings: Settings): Set<string> {
  const fields = [...identity, ...(replaced[`${kind.group}/${kind.kind}`] ?? []), ...contents(kind, news, settings)];
  const hit = [...changed].filter((path) => fields.some((field) => isWithin(path, field) || isWithin(field, path)));
  const excepted = kind.group === "" && kind.kind === "Pod" ? podExceptions : [];
  return new Set(hit.filter((path) => !excepted.some((field) => isWithin(path, field))));
}

/** The contents of a ConfigMap or Secret: a new one under a new name is what rolls the pods that use it. */
function contents({ group, kind }: Kind, news: Tree, settings: Settings): readonly string[] {
  if (group !== "") return [];
  const frozen = at(news, "immutable") === true;
  if (kind === "ConfigMap" && (frozen || !settings.enableConfigMapMutable)) return ["data", "binaryData"];
  if (kind === "Secret" && (frozen || !settings.enableSecretMutable)) return ["data", "stringData"];
  return [];
}

/** Whether the path is the field itself or lies inside it: `spec.selector.matchLabels` in `spec.selector`. */
export function isWithin(path: string, field: string): boolean {
  if (field === "") return true;
  return path === field || (path.startsWith(field) && /[.[]/.test(path.charAt(field.length)));
}

/** Whether a change of these paths could be refused as immutable at all: labels and annotations never are. */
export function isHarmless(changed: Iterable<string>): boolean {
  return [...changed].every((path) => isWithin(path, "metadata.labels") || isWithin(path, "metadata.annotations"));
}

/** Whether the old object must go first: the new one would have its name. */
export function needsNameFreed(olds: Tree, news: Tree, autonamed: boolean): boolean {
  const sameName = textAt(olds, "metadata", "name") === textAt(news, "metadata", "name");
  const sameSpace = textAt(olds, "metadata", "namespace") === textAt(news, "metadata", "namespace");
  return !autonamed && sameName && sameSpace;
}
