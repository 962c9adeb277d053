import type * as pulumi from "@pulumi/pulumi";

/** An account of the cluster with whose rights scripts on nodes work, in place of an administrator's. */
export interface ShellAccount {
  /** A ServiceAccount: each script gets a token of it, which ends with the script. */
  readonly namespace: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
  /** The URL of the API server as nodes reach it. @default that of the administrator's kubeconfig */
  readonly server?: pulumi.Input<string>;
}
