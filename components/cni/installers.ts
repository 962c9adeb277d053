import { flannelInstaller } from "./flannel/installer";
import { flannelEtcdInstaller } from "./flannel-etcd/installer";
import type { CniInstaller } from "./installer";
import type { CniId } from "./registry";
import { weaveInstaller } from "./weave/installer";

/** How each CNI of the registry is made: apart from it, as only a Pulumi program may load it. */
export const installers = {
  flannel: flannelInstaller,
  weave: weaveInstaller,
  "flannel-etcd": flannelEtcdInstaller,
} satisfies { readonly [Id in CniId]: CniInstaller<object, object> };

/** The arguments of a CNI. */
export type CniArgsOf<Id extends CniId> =
  (typeof installers)[Id] extends CniInstaller<infer Args, infer _> ? Args : never;
