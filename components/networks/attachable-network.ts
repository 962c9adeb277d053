import * as pulumi from "@pulumi/pulumi";
import { made } from "../args/fields";
import { attachmentAnnotations } from "./request";

/** A network that pods can ask for, whoever has made its NetworkAttachmentDefinition: its name and namespace will do. */
export interface AttachableNetwork {
  /** The definition's name, by which pods ask for it. */
  readonly name: pulumi.Input<string>;
  /** The definition's namespace. */
  readonly namespace: pulumi.Input<string>;
  /** The CNI configuration in it, as JSON: another one means other pods, as a pod keeps the interface it has. @default not known */
  readonly config?: pulumi.Input<string>;
}

/** Such a network among the arguments of a component. */
export const attachableNetwork = made(
  "a network: a MacvlanNetwork, or the name and namespace of one that is there",
  "name",
  "namespace",
);

/** What pods on a network say of themselves, besides the network. */
interface PodOnNetwork {
  readonly address?: pulumi.Input<string>;
  readonly daemonImage?: pulumi.Input<string>;
}

/** The annotations of pods on a network. */
export function annotationsOn(
  { name, namespace, config }: AttachableNetwork,
  pod: PodOnNetwork = {},
): pulumi.Output<Record<string, string>> {
  return pulumi.output({ name, namespace, config, ...pod }).apply(attachmentAnnotations);
}
