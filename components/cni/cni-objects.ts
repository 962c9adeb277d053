import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { quote } from "../../lib/shell";
import type { FoundCni } from "./found";
import { identityOf, type KubernetesObject } from "./kubernetes-object";
import { removeObjects, restoreObjects } from "./swap/objects-script";

/** The objects of a CNI that are not Pulumi's to delete, and what becomes of them. */
interface CniObjectsArgs {
  readonly cni: string;
  /** In the order in which they are made. */
  readonly objects: pulumi.Input<readonly KubernetesObject[]>;
  /** The DaemonSet of a CNI that the cluster had: where it is not there, it is made anew of the objects. */
  readonly daemonSet?: FoundCni["daemonSet"];
  /** Of an administrator. */
  readonly kubeconfig: pulumi.Input<string>;
  /** Another one has the objects looked at once more. */
  readonly wish: pulumi.Input<string>;
}

/**
 * Objects of a CNI that stay when the program ends, and go when the CNI is swapped for another one. The clean-up of the
 * nodes comes before this, so that it is deleted after this.
 */
export function cniObjects(
  name: string,
  { cni, objects, daemonSet, kubeconfig, wish }: CniObjectsArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const listed = pulumi.output(objects);
  return new command.local.Command(
    name,
    {
      create:
        daemonSet === undefined ? ":" : `sh -euc "$RESTORE" ${quote(["sh", daemonSet.namespace, daemonSet.name])}`,
      delete: `OBJECTS=$LEAVING sh -euc "$REMOVE" ${quote(["sh", cni])}`,
      environment: {
        ...(daemonSet === undefined ? {} : { RESTORE: restoreObjects, OBJECTS: listed.apply(listOf), WISH: wish }),
        REMOVE: removeObjects,
        LEAVING: listed.apply((all) => listOf(all.map(identityOf).reverse())),
      },
      stdin: pulumi.secret(kubeconfig),
      logging: "stderr",
    },
    opts,
  );
}

const listOf = (items: readonly object[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });
