import type { Problem } from "../../lib/user-error";
import { secondsProblems } from "../args/rules";
import { dhcpSocket } from "./names";

/** For how long the dhcp plugin's daemon tries. */
export interface DhcpTries {
  /** How long one request waits for its answer, in whole seconds. @default 10 */
  readonly timeoutSeconds?: number;
  /** The longest pause between two requests, in whole seconds. @default 62 */
  readonly resendMaxSeconds?: number;
  /** After this time the pod's address is given up, in whole seconds; the kubelet gives up after 240. @default 208 */
  readonly resendTimeoutSeconds?: number;
}

/**
 * The command of the daemon. It refuses to start where a daemon that was killed has left its socket; an init container
 * would not run again when only the container restarts.
 */
export function dhcpDaemonCommand({ timeoutSeconds, resendMaxSeconds, resendTimeoutSeconds }: DhcpTries): string[] {
  const flags = [
    `-timeout=${timeoutSeconds ?? 10}s`,
    `-resendmax=${resendMaxSeconds ?? 62}s`,
    `-resendtimeout=${resendTimeoutSeconds ?? 208}s`,
  ];
  return ["sh", "-ec", `rm -f ${dhcpSocket}; exec /usr/bin/dhcp daemon ${flags.join(" ")}`];
}

/** Ends with 0 when the daemon answers on its socket: the page is Go's own, of every server for its RPC. */
export const dhcpReadyCommand = [
  ...["curl", "-sS", "-f", "-m", "2", "-o", "/dev/null"],
  ...["--unix-socket", dhcpSocket, "http://dhcp/debug/rpc"],
];

/** What is wrong with the times, all at once. */
export function triesProblems({ timeoutSeconds, resendMaxSeconds, resendTimeoutSeconds }: DhcpTries): Problem[] {
  return Object.entries({ timeoutSeconds, resendMaxSeconds, resendTimeoutSeconds }).flatMap(([field, value]) =>
    secondsProblems(field, value),
  );
}
