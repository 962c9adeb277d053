import * as pulumi from "@pulumi/pulumi";
import { images } from "../../../lib/versions";
import type { CniInstaller } from "../installer";
import type { ValuesOf } from "../setting";
import { FlannelAddresses } from "./addresses";
import { flannelProblems } from "./arguments";
import type { flannel } from "./definition";
import { Flannel, type FlannelArgs, flannelFields, flannelImages } from "./flannel";
import { ifaceOf } from "./iface";
import { flannelNeeds } from "./needs";

type FlannelValues = ValuesOf<typeof flannel.settings>;

/** How Flannel is made. */
export const flannelInstaller: CniInstaller<FlannelArgs, FlannelValues> = {
  fields: flannelFields,
  problemsOf: flannelProblems,
  networkOf: ({ network }) => network,
  needsOf: ({ backend = { type: "vxlan" as const }, ...args }) =>
    pulumi.output({ backend, images: flannelImages(args) }).apply((known) => flannelNeeds(known.backend, known.images)),
  choose: ({ podCidr, flannelBackend, flannelIface, lanCidr, forwardRules }) => ({
    network: podCidr,
    backend: { type: flannelBackend },
    iface: ifaceOf(flannelIface, lanCidr),
    forwardRules: forwardRules === "flannel",
    image: images.flannel,
    cniPluginImage: images.flannelCniPlugin,
  }),
  // The annotations of the nodes, where they may be needed: taken away again, too, before flannel looks at them.
  prepare: ({ flannelIface, lanCidr, nodeNetwork }, nodes, opts) => {
    const iface = ifaceOf(flannelIface, lanCidr);
    const annotation = iface.by === "annotation" ? iface.annotation : "none";
    return nodeNetwork === "lan" && annotation === "none"
      ? []
      : new FlannelAddresses("flannel-addresses", { nodes, annotation }, opts).commands;
  },
  install: (name, { nodes: _, kubeconfig: __, ...args }, opts, annotations) => {
    const { daemonSet, objects } = new Flannel(
      name,
      { ...args, annotations: { ...args.annotations, ...annotations } },
      opts,
    );
    return { ready: [daemonSet], objects };
  },
};
