import { type KnownFolders, usualFolders } from "./cni-folders";
import { multusConf } from "./names";

/** What Multus itself keeps on a node: nothing of it is of use without Multus. */
export function multusPathsIn({ confFolder, binFolder }: KnownFolders): string[] {
  return [
    `${confFolder}/${multusConf}`,
    `${confFolder}/multus.d`,
    `${binFolder}/multus*`,
    "/run/multus",
    "/var/lib/cni/multus",
  ];
}

/** The same, where the folders are the usual ones. */
export const multusOwnPaths: readonly string[] = multusPathsIn(usualFolders);
