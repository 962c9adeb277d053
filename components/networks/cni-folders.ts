import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";
import type { Inputs } from "../args/inputs";
import { conflistFolder } from "../cluster/conflist-folder";

/** Where a node has what its container runtime calls for the network of a pod. */
export interface CniFolders {
  /**
   * The folder of the CNI's conflist. K3s has it in /var/lib/rancher/k3s/agent/etc/cni/net.d.
   *
   * @default "/etc/cni/net.d"
   */
  readonly confFolder?: pulumi.Input<string>;
  /**
   * The folder of the plugins. K3s has it in /var/lib/rancher/k3s/data/cni, or, if it is older, in
   * /var/lib/rancher/k3s/data/current/bin.
   *
   * @default "/opt/cni/bin"
   */
  readonly binFolder?: pulumi.Input<string>;
}

/** Those in force. */
export interface KnownFolders {
  readonly confFolder: string;
  readonly binFolder: string;
}

/** Where they are unless somebody says otherwise. */
export const usualFolders: KnownFolders = { confFolder: conflistFolder, binFolder: "/opt/cni/bin" };

/** The folders in force. */
export function foldersOf({ confFolder, binFolder }: CniFolders): Inputs<KnownFolders> {
  return { confFolder: confFolder ?? usualFolders.confFolder, binFolder: binFolder ?? usualFolders.binFolder };
}

/** What is wrong with the folders, all at once. */
export function folderProblems({ confFolder, binFolder }: Partial<KnownFolders>): Problem[] {
  return Object.entries({ confFolder, binFolder }).flatMap(([field, path]) => pathProblems(field, path));
}

/** What is wrong with a path on a node, where one is given. */
export function pathProblems(field: string, path: string | undefined): Problem[] {
  return path === undefined || (/^(\/[\w.-]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path))
    ? []
    : [{ field, value: path, rule: "must be an absolute path of letters, digits, dots, dashes and underscores" }];
}
