import { multusOwnPaths } from "../../networks/multus-paths";

/** What gives pods more networks than the CNI's, and stays on the nodes while CNIs come and go. */
export interface AddOn {
  readonly name: string;
  /** Files and folders, with all that is in them. Names ending in `*` are beginnings. */
  readonly paths: readonly string[];
}

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
