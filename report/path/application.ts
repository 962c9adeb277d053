import type { ClusterAccess } from "../../checks/engine/access";
import { lastLine } from "../../checks/engine/text";
import type { PathPod } from "./pods";

/** What an application says of itself and its cluster. */
export interface Application {
  readonly pod: string;
  readonly restarts: number;
  /** The code and body of GET /status, or why there is none. */
  readonly status: string;
  /** Lines of its log that tell of the cluster, those of the container before it marked so. */
  readonly said: readonly string[];
}

/** Lines of Confluence's log that tell of members and of a panic; the last of each kind is shown. */
const telling = [/Members? \{size:\d+/, /Cluster now has \d+ members/, /Detected different number/, /panic event/];

/** Asks the application of a pod: by HTTP from its node, and by its log. */
export async function lookAtApplication(
  access: ClusterAccess,
  { namespace, name, node, ip, restarts }: PathPod,
  port: number,
): Promise<Application> {
  const log = async (...args: readonly string[]) => {
    const ran = await access.kubectl(["--namespace", namespace, "logs", name, "--tail=4000", ...args], {
      timeoutMs: 15_000,
    });
    return ran.exitCode === 0 ? ran.stdout : "";
  };
  const url = `http://${ip}:${port}/status`;
  const [asked, now, before] = await Promise.all([
    access.node(node, ["curl", "-sS", "-m", "5", "-w", " (%{http_code})", url], { timeoutMs: 10_000 }),
    log(),
    restarts > 0 ? log("--previous") : "",
  ]);
  return {
    pod: name,
    restarts,
    status: asked.exitCode === 0 ? asked.stdout.trim() : `does not answer: ${lastLine(asked)}`,
    said: [...tellingLines(before).map((line) => `before its restart: ${line}`), ...tellingLines(now)],
  };
}

/** The last line of each telling kind, in the order of the log. */
export function tellingLines(log: string): string[] {
  const lines = log.split("\n");
  const last = telling.map((pattern) => lines.findLastIndex((line) => pattern.test(line))).filter((at) => at >= 0);
  return [...new Set(last)].sort((a, b) => a - b).map((at) => lines[at]?.trim() ?? "");
}
