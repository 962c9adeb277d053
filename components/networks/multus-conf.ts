import { type KnownFolders, usualFolders } from "./cni-folders";
import { multusConf } from "./names";

/** Folders of a node as the containers of Multus see them. */
export const multusPaths = {
  /** Everything of the node: the plugins that Multus calls run as if started there. */
  root: "/hostroot",
  conflists: "/host/etc/cni/net.d",
  run: "/host/run",
} as const;

/** What both forms are told. */
interface MultusSettings extends KnownFolders {
  readonly masterConflist?: string;
}

/** daemon-config.json of the thick form. */
export function daemonConfig({ masterConflist, ...folders }: MultusSettings): string {
  return JSON.stringify({
    chrootDir: multusPaths.root,
    // With 0.4.0 or newer Multus refuses to delegate to Flannel and Weave, whose conflists are older.
    cniVersion: "0.3.1",
    logLevel: "verbose",
    logToStderr: true,
    cniConfigDir: multusPaths.conflists,
    multusAutoconfigDir: multusPaths.conflists,
    multusConfigFile: "auto",
    multusMasterCNI: masterConflist,
    socketDir: `${multusPaths.run}/multus/`,
    binDir: otherPlugins(folders),
  });
}

/** The arguments of the thin form's entrypoint. */
export function thinArgs({ masterConflist, ...folders }: MultusSettings): string[] {
  const { confFolder } = folders;
  const plugins = otherPlugins(folders);
  return [
    "--multus-conf-file=auto",
    `--multus-autoconfig-dir=${multusPaths.conflists}`,
    `--cni-conf-dir=${multusPaths.conflists}`,
    ...(masterConflist === undefined ? [] : [`--multus-master-cni-file-name=${masterConflist}`]),
    // The node's own path: the runtime starts Multus there.
    ...(confFolder === usualFolders.confFolder
      ? []
      : [`--multus-kubeconfig-file-host=${confFolder}/multus.d/multus.kubeconfig`]),
    ...(plugins === undefined ? [] : [`--additional-bin-dir=${plugins}`]),
    // Only with it does the entrypoint follow the conflist and the account's token, which is renewed every hour.
    "--cleanup-config-on-exit=true",
  ];
}

/** Where Multus is to look for plugins, where it would not do so by itself. */
function otherPlugins({ binFolder }: KnownFolders): string | undefined {
  return binFolder === usualFolders.binFolder ? undefined : binFolder;
}

/** Ends with 0 when the runtime finds Multus on the node and, in the thick form, the daemon answers; else it says what lacks. */
export function multusReadyScript(type: "thick" | "thin", confFolder: string): string {
  // The thin form writes a list where the conflist that it delegates to is of version 1.0.0 or newer.
  const file = `${multusPaths.conflists}/${multusConf}`;
  const found = `[ -s ${file} ] || [ -s ${file}list ] || { echo "the runtime does not find Multus: there is no ${confFolder}/${multusConf}"; exit 1; }`;
  const answers = `curl -sS -f -m 2 -o /dev/null --unix-socket ${multusPaths.run}/multus/multus.sock http://multus/healthz`;
  return type === "thick" ? `${found}\n${answers}` : found;
}
