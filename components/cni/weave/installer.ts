import * as pulumi from "@pulumi/pulumi";
import { images } from "../../../lib/versions";
import type { CniInstaller } from "../installer";
import type { ValuesOf } from "../setting";
import type { weave } from "./definition";
import { weavePeers } from "./peers";
import { Weave, type WeaveArgs } from "./weave";

/** How Weave is made. */
export const weaveInstaller: CniInstaller<WeaveArgs, ValuesOf<typeof weave.settings>> = {
  networkOf: ({ range }) => range,
  choose: ({ weaveRange, weaveMtu, weavePassword, machineId }) => ({
    range: weaveRange,
    mtu: weaveMtu,
    password: weavePassword === undefined ? undefined : pulumi.secret(weavePassword),
    names: machineId === "own" ? undefined : machineId,
    readiness: machineId === "own" ? "connected" : "answers",
    image: images.weave,
  }),
  install: (name, args, _access, opts) => [new Weave(name, args, opts).daemonSet],
  beside: (access, opts) => {
    weavePeers("weave-forget", access, opts);
  },
};
