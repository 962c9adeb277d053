import * as pulumi from "@pulumi/pulumi";

/** An object of the cluster as kubectl takes it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** An object of the cluster as a resource of the program. */
export interface KubernetesResource extends pulumi.Resource {
  readonly apiVersion: pulumi.Output<string>;
  readonly kind: pulumi.Output<string>;
  readonly metadata: pulumi.Output<{ readonly name: string; readonly namespace: string }>;
}

/** What it takes to find them again. */
export function identitiesOf(resources: readonly KubernetesResource[]): pulumi.Output<KubernetesObject[]> {
  return pulumi
    .output(resources.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata })))
    .apply((all) => all.map(identityOf));
}

/** What it takes to find one again. */
export function identityOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}
