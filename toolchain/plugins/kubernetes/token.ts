import { Unsupported } from "../host";

/** Which kind of Kubernetes object a resource of a Pulumi program is. */
export interface Kind {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A resource type that this plugin does not implement. */
function unsupported(value: string, why: string, mend: string): Unsupported {
  return new Unsupported({ plugin: "kubernetes", what: "resource type", value, why: `, as ${why}`, mend });
}

const families: Record<string, string> = {
  "helm.sh": "it renders Helm charts",
  helm: "it renders Helm charts",
  yaml: "it reads YAML files",
  kustomize: "it renders kustomizations",
  kubernetes: "it reads objects outside the program",
};

/** Refuses a function by its name: this plugin has none. */
export function refuseFunction(token: string): never {
  const [, family = ""] = token.split(":");
  const why = families[family.split("/")[0] ?? ""] ?? "it is no resource";
  const mend = "declare the objects themselves as resources";
  throw new Unsupported({ plugin: "kubernetes", what: "function", value: token, why: `, as ${why}`, mend });
}

/**
 * The kind behind a token like `kubernetes:apps/v1:DaemonSet` or `kubernetes:core/v1:Service`.
 *
 * A kind that only ends in `List` or `Patch` because it is called so (a custom resource) is told apart by its group:
 * only groups of Kubernetes itself have generated lists and patches.
 */
export function parseToken(token: string): Kind {
  const [, path = "", kind = ""] = token.split(":");
  const slash = path.lastIndexOf("/");
  const group = path.slice(0, Math.max(slash, 0));
  const version = path.slice(slash + 1);
  const family = families[group] ?? families[path];
  if (family !== undefined) {
    throw unsupported(token, family, "declare the objects themselves as resources");
  }
  if (!token.startsWith("kubernetes:") || group === "" || !/^v\d/.test(version) || kind === "") {
    throw unsupported(token, "it is no kind of an API group", "use kubernetes:GROUP/VERSION:Kind");
  }
  if (isBuiltIn(group) && kind.endsWith("Patch")) {
    throw unsupported(token, "it patches objects of others", "declare the whole object");
  }
  if (isBuiltIn(group) && kind.endsWith("List")) {
    throw unsupported(token, "a list is no object of its own", "declare each object of the list");
  }
  return { group: group === "core" ? "" : group, version, kind };
}

/** `v1`, `apps/v1`: as it stands in an object's apiVersion. */
export function apiVersionOf({ group, version }: Kind): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The kind that an object says it is; undefined where apiVersion or kind are missing or unknown. */
export function kindOf(object: { apiVersion?: unknown; kind?: unknown }): Kind | undefined {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    return undefined;
  }
  const slash = apiVersion.indexOf("/");
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1), kind };
}

/** Whether Kubernetes itself defines this group: `apps`, `batch`, `rbac.authorization.k8s.io`, but no custom resource's. */
export function isBuiltIn(group: string): boolean {
  return group === "" || builtInGroups.has(group);
}

const builtInGroups = new Set([
  "core",
  "apps",
  "batch",
  "autoscaling",
  "policy",
  "extensions",
  "meta",
  ...[
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "auditregistration",
    "authentication",
    "authorization",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "flowcontrol.apiserver",
    "internal.apiserver",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "settings",
    "storage",
    "storagemigration",
  ].map((name) => `${name}.k8s.io`),
]);
