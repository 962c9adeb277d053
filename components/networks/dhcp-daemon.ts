import type { Problem } from "../../lib/user-error";
import { secondsProblems } from "../args/rules";
import { dhcpSocket } from "./names";

/**
 * For how long the dhcp plugin's daemon tries. Each that is given is an option of its command line, and a plugin that
 * does not know it does not start: 1.1.1, which Debian 12 has, knows no `resendTimeoutSeconds`.
 */
export interface DhcpTries {
  /** How long one request waits for its answer, in whole seconds. @default the plugin's own: 10 */
  readonly timeoutSeconds?: number;
  /** The longest pause between two requests, in whole seconds. @default the plugin's own: 62 */
  readonly resendMaxSeconds?: number;
  /** After this time the pod's address is given up, in whole seconds; the kubelet gives up after 240. @default the plugin's own: 208 */
  readonly resendTimeoutSeconds?: number;
}

/** Where the dhcp plugin comes from: its daemon is the same program. */
export type DhcpPlugin =
  | {
      /** The image has it, curl, a shell, and a link from /var/run to /run, as most have. */
      readonly from: "image";
      /** @default "/usr/bin/dhcp" */
      readonly path?: string;
    }
  | {
      /** Each node has it, and a shell, rm and grep in /bin: of the image's programs none is run, so that any image does. */
      readonly from: "node";
      /** @default "/opt/cni/bin/dhcp" */
      readonly path?: string;
    };

/** Ends with 0 when the daemon answers on its socket: the page is Go's own, of every server for its RPC. */
const answers = [
  ...["curl", "-sS", "-f", "-m", "2", "-o", "/dev/null"],
  ...["--unix-socket", dhcpSocket, "http://dhcp/debug/rpc"],
];

/** Ends with 0 when somebody listens on the socket; the flag is the kernel's, __SO_ACCEPTCON. A node may lack curl. */
const listens = ["/bin/grep", "-q", ` 00010000 .* ${dhcpSocket}$`, "/proc/net/unix"];

/** What differs by where the plugin comes from. */
export const dhcpPlugins = {
  image: { path: "/usr/bin/dhcp", shell: "sh", ready: answers },
  node: { path: "/opt/cni/bin/dhcp", shell: "/bin/sh", ready: listens },
} as const;

/**
 * The command of the daemon. It refuses to start where a daemon that was killed has left its socket; an init container
 * would not run again when only the container restarts.
 */
export function dhcpDaemonCommand({ from, path }: DhcpPlugin, tries: DhcpTries): string[] {
  const flags = Object.entries({
    timeout: tries.timeoutSeconds,
    resendmax: tries.resendMaxSeconds,
    resendtimeout: tries.resendTimeoutSeconds,
  }).flatMap(([flag, seconds]) => (seconds === undefined ? [] : [` -${flag}=${seconds}s`]));
  const plugin = dhcpPlugins[from];
  return [plugin.shell, "-ec", `rm -f ${dhcpSocket}; exec ${path ?? plugin.path} daemon${flags.join("")}`];
}

/** What is wrong with the times, all at once. */
export function triesProblems({ timeoutSeconds, resendMaxSeconds, resendTimeoutSeconds }: DhcpTries): Problem[] {
  return Object.entries({ timeoutSeconds, resendMaxSeconds, resendTimeoutSeconds }).flatMap(([field, value]) =>
    secondsProblems(field, value),
  );
}
