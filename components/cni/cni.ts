import * as pulumi from "@pulumi/pulumi";
import { Flannel, type FlannelArgs } from "./flannel";
import { Weave, type WeaveArgs } from "./weave";

/** Which CNI a cluster has, and its settings; `none` leaves pods without a network. */
export type CniChoice =
  | ({ readonly type: "flannel" } & FlannelArgs)
  | ({ readonly type: "weave" } & WeaveArgs)
  | { readonly type: "none" };

/** The CNI of a cluster, chosen by a value. */
export class Cni extends pulumi.ComponentResource {
  /** What workloads depend on: once these exist, pods get addresses. Empty for `none`. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, choice: CniChoice, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:Cni", name, {}, opts);
    this.ready = this.install(choice);
    this.registerOutputs({});
  }

  private install(choice: CniChoice): pulumi.Resource[] {
    switch (choice.type) {
      case "flannel": {
        const { type, ...args } = choice;
        return [new Flannel(type, args, { parent: this }).daemonSet];
      }
      case "weave": {
        const { type, ...args } = choice;
        return [new Weave(type, args, { parent: this }).daemonSet];
      }
      case "none":
        return [];
    }
  }
}
