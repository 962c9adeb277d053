import type { KubernetesObject } from "../../components/cni/kubernetes-object";
import type { AnyObject, ClusterObjects } from "./cluster-objects";

/** Namespaces that are Kubernetes' own, whoever puts objects there. */
const sharedNamespaces: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** What each namespace has without anybody's doing. */
const usual: readonly string[] = ["ConfigMap kube-root-ca.crt", "ServiceAccount default"];

/** Roles that Kubernetes brings along. */
const isShared = (role: string): boolean =>
  role.startsWith("system:") || ["cluster-admin", "admin", "edit", "view"].includes(role);

/**
 * The objects that a DaemonSet needs and nobody else uses, in the order in which they are made: its namespace, its
 * account with its rights, its ConfigMaps, itself. Secrets are left where they are.
 */
export function objectsOf(daemonSet: AnyObject, cluster: ClusterObjects): KubernetesObject[] {
  const { namespace = "" } = daemonSet.metadata;
  const pod = daemonSet.spec?.template?.spec ?? {};
  const account = accountOf(pod.serviceAccountName, daemonSet, cluster);
  const bindings = account === undefined ? [] : bindingsOf(account, cluster);
  const roles = bindings.flatMap((binding) => roleOf(binding, bindings, cluster));
  const maps = configMapsOf(pod).flatMap((name) => cluster.find("ConfigMap", name, namespace) ?? []);
  const inside = [account ?? [], roles, bindings, maps, daemonSet].flat();
  const home = cluster.find("Namespace", namespace);
  const own = home !== undefined && isOnlyFor(namespace, inside, daemonSet, cluster) ? [home] : [];
  return [...own, ...inside].map(asMade);
}

/** The DaemonSet's account, where no other workload of the namespace has it. */
function accountOf(name: unknown, daemonSet: AnyObject, cluster: ClusterObjects): AnyObject | undefined {
  const { namespace } = daemonSet.metadata;
  if (typeof name !== "string" || name === "default") {
    return undefined;
  }
  const others = ["DaemonSet", "Deployment", "StatefulSet"].flatMap((kind) =>
    cluster
      .of(kind)
      .filter(
        ({ metadata, spec }) =>
          metadata.uid !== daemonSet.metadata.uid &&
          metadata.namespace === namespace &&
          spec?.template?.spec?.serviceAccountName === name,
      ),
  );
  return others.length > 0 ? undefined : cluster.find("ServiceAccount", name, namespace);
}

/** What gives rights to the account, and to nobody else. */
function bindingsOf({ metadata }: AnyObject, cluster: ClusterObjects): AnyObject[] {
  return ["ClusterRoleBinding", "RoleBinding"].flatMap((kind) =>
    cluster
      .of(kind)
      .filter(
        ({ subjects = [] }) =>
          subjects.length > 0 &&
          subjects.every(
            (subject: { kind: string; name: string; namespace?: string }) =>
              subject.kind === "ServiceAccount" &&
              subject.name === metadata.name &&
              subject.namespace === metadata.namespace,
          ),
      ),
  );
}

/** The binding's role, where no other binding than these has it. */
function roleOf(
  { roleRef, metadata }: AnyObject,
  bindings: readonly AnyObject[],
  cluster: ClusterObjects,
): AnyObject[] {
  const role = cluster.find(roleRef.kind, roleRef.name, roleRef.kind === "Role" ? metadata.namespace : undefined);
  if (role === undefined || isShared(role.metadata.name)) {
    return [];
  }
  const elsewhere = ["ClusterRoleBinding", "RoleBinding"]
    .flatMap((kind) => cluster.of(kind))
    .some(
      (other) =>
        !bindings.some((one) => one.metadata.uid === other.metadata.uid) &&
        other.roleRef.kind === role.kind &&
        other.roleRef.name === role.metadata.name &&
        (role.kind === "ClusterRole" || other.metadata.namespace === role.metadata.namespace),
    );
  return elsewhere ? [] : [role];
}

function configMapsOf(pod: AnyObject["spec"]): string[] {
  const volumes: { configMap?: { name?: string } }[] = pod?.volumes ?? [];
  return [...new Set(volumes.flatMap(({ configMap }) => configMap?.name ?? []))];
}

/** Whether nothing is in the namespace but these, what they have made, and what each namespace has. */
function isOnlyFor(
  namespace: string,
  objects: readonly AnyObject[],
  daemonSet: AnyObject,
  cluster: ClusterObjects,
): boolean {
  const own = new Set(objects.map(({ metadata }) => metadata.uid));
  return (
    !sharedNamespaces.includes(namespace) &&
    cluster.all
      .filter(({ metadata }) => metadata.namespace === namespace)
      .every(
        ({ kind, metadata }) =>
          own.has(metadata.uid) ||
          usual.includes(`${kind} ${metadata.name}`) ||
          metadata.ownerReferences?.some(({ uid }) => uid === daemonSet.metadata.uid) === true,
      )
  );
}

/** What the API server has added, and who has written which field, is not part of what was made. */
function asMade({ status: _, ...object }: AnyObject): KubernetesObject {
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ownerReferences, selfLink, ...metadata } =
    object.metadata as unknown as Record<string, unknown>;
  const { "deprecated.daemonset.template.generation": __, ...annotations } = object.metadata.annotations ?? {};
  const kept = Object.keys(annotations).length === 0 ? {} : { annotations };
  const { annotations: ___, ...rest } = metadata;
  return { ...object, metadata: { ...rest, ...kept } } as unknown as KubernetesObject;
}
