import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** What a program's account may do in the cluster: in all of it, or in the namespace of the metadata. */
export interface Rights {
  readonly kind: "ClusterRole" | "Role";
  /** Of the role and of its binding. */
  readonly metadata: k8s.types.input.meta.v1.ObjectMeta;
  readonly rules: k8s.types.input.rbac.v1.PolicyRule[];
  readonly account: k8s.core.v1.ServiceAccount;
}

/** A role, and the binding that gives it to an account. */
export interface Granted {
  readonly role: k8s.rbac.v1.ClusterRole | k8s.rbac.v1.Role;
  readonly binding: k8s.rbac.v1.ClusterRoleBinding | k8s.rbac.v1.RoleBinding;
}

/** Makes the role and its binding, `NAME-role` and `NAME-binding`; the rights are there with the binding. */
export function grant(
  name: string,
  { kind, metadata, rules, account }: Rights,
  opts: pulumi.CustomResourceOptions,
): Granted {
  const { Role, RoleBinding, ClusterRole, ClusterRoleBinding } = k8s.rbac.v1;
  const [OneRole, Binding] = kind === "Role" ? [Role, RoleBinding] : [ClusterRole, ClusterRoleBinding];
  const role = new OneRole(`${name}-role`, { metadata, rules }, opts);
  const { name: accountName, namespace } = account.metadata;
  const binding = new Binding(
    `${name}-binding`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: accountName, namespace }],
    },
    opts,
  );
  return { role, binding };
}
