import { multusConf } from "../../networks/names";
import { conflistFolder } from "./names";

/** What gives pods more networks than the CNI's, and stays on the nodes while CNIs come and go. */
export interface AddOn {
  readonly name: string;
  /** Files and folders, with all that is in them. Names ending in `*` are beginnings. */
  readonly paths: readonly string[];
}

/** What Multus itself keeps: nothing of it is of use without Multus. */
export const multusOwnPaths: readonly string[] = [
  `${conflistFolder}/${multusConf}`,
  `${conflistFolder}/multus.d`,
  "/opt/cni/bin/multus*",
  "/run/multus",
  "/var/lib/cni/multus",
];

/** Multus with the networks that it adds, and the daemon of the plugin dhcp. */
export const multusAddOn: AddOn = {
  name: "multus",
  paths: [
    ...multusOwnPaths,
    // The runtime's own record of what Multus answered, which it removes with the pod.
    "/var/lib/cni/results/multus-cni-network-*",
    // The plugin host-local has a folder for each network.
    "/var/lib/cni/networks/*",
    "/run/cni",
  ],
};
