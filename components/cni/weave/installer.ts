import * as pulumi from "@pulumi/pulumi";
import { images } from "../../../lib/versions";
import type { CniInstaller } from "../installer";
import type { ValuesOf } from "../setting";
import type { weave } from "./definition";
import { weaveNeeds } from "./needs";
import { weavePeers } from "./peers";
import { Weave, type WeaveArgs, weaveFields, weaveProblems } from "./weave";

/** How Weave is made. */
export const weaveInstaller: CniInstaller<WeaveArgs, ValuesOf<typeof weave.settings>> = {
  fields: weaveFields,
  problemsOf: weaveProblems,
  networkOf: ({ range }) => range,
  needsOf: ({ mtu, image = images.weave }) =>
    pulumi.output({ mtu, image }).apply((known) => weaveNeeds(known.mtu, known.image)),
  choose: ({ weaveRange, weaveMtu, weavePassword, machineId }) => ({
    range: weaveRange,
    mtu: weaveMtu,
    password: weavePassword === undefined ? undefined : pulumi.secret(weavePassword),
    names: machineId === "own" ? undefined : machineId,
    readiness: machineId === "own" ? "connected" : "answers",
    image: images.weave,
  }),
  install: (name, { nodes: _, kubeconfig: __, ...args }, opts, annotations) => {
    const { daemonSet, objects } = new Weave(
      name,
      { ...args, annotations: { ...args.annotations, ...annotations } },
      opts,
    );
    return { ready: [daemonSet], objects };
  },
  beside: (cni, access, opts, retain) => {
    weavePeers(cni, access, opts, retain);
  },
};
