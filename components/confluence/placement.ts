import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { anything, list, text } from "../args/fields";

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** What a cluster of somebody's may want of every pod. */
export interface PodPlacement {
  /** Names of Secrets, in the pods' namespace, with which nodes pull the image. @default none */
  readonly imagePullSecrets?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Taints of nodes that do not keep the pods away. @default none */
  readonly tolerations?: pulumi.Input<pulumi.Input<k8s.types.input.core.v1.Toleration>[]>;
}

export const placementFields = { imagePullSecrets: list(text), tolerations: anything } as const;

/** The same, as a pod has it. */
export function placed({
  imagePullSecrets: secrets,
  tolerations,
}: PodPlacement): Pick<PodSpec, "imagePullSecrets" | "tolerations"> {
  return {
    ...(secrets === undefined
      ? {}
      : { imagePullSecrets: pulumi.output(secrets).apply((names) => names.map((name) => ({ name }))) }),
    ...(tolerations === undefined ? {} : { tolerations }),
  };
}
