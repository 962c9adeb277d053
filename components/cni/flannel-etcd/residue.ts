import { flannelResidue } from "../flannel/residue";
import type { Residue } from "../swap/residue";
import { flanneldFiles, flanneldUnit, flannelEtcdConflist, flannelEtcdNetwork } from "./service";

/** Flannel 0.26 as a service of the node, with the bridge plugin by a conflist of its own. */
export function flannelEtcdResidue(network: string): Residue {
  const { folder, options, unit, wanted } = flanneldFiles;
  return {
    ...flannelResidue(network),
    cni: "flannel-etcd",
    daemonSet: undefined,
    routesInside: undefined,
    conflist: flannelEtcdConflist,
    networkName: flannelEtcdNetwork,
    folders: ["/run/flannel", folder],
    units: [flanneldUnit],
    files: [options, unit, wanted],
    binaries: [],
    nodeAnnotations: [],
  };
}
