import { conflistFolder } from "../cluster/conflist-folder";
import { multusConf } from "./names";

/** What Multus itself keeps: nothing of it is of use without Multus. */
export const multusOwnPaths: readonly string[] = [
  `${conflistFolder}/${multusConf}`,
  `${conflistFolder}/multus.d`,
  "/opt/cni/bin/multus*",
  "/run/multus",
  "/var/lib/cni/multus",
];
