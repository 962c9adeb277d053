import { lastLine } from "../../checks/engine/text";
import type { Machine } from "../../stacks/existing-schema";
import { capture } from "../run/capture";
import { machineExec, type PodWay } from "../stack/machine-exec";

/** Programs that scripts on a node call, each with the package of Debian and Ubuntu, and of Fedora and RHEL, that has it. */
export const nodePrograms = {
  kubectl: { deb: "kubectl", rpm: "kubectl" },
  jq: { deb: "jq", rpm: "jq" },
  flock: { deb: "util-linux", rpm: "util-linux" },
  ip: { deb: "iproute2", rpm: "iproute" },
  iptables: { deb: "iptables", rpm: "iptables" },
  conntrack: { deb: "conntrack", rpm: "conntrack-tools" },
  awk: { deb: "mawk", rpm: "gawk" },
  systemctl: { deb: "systemd", rpm: "systemd" },
} as const;

type NodeProgram = keyof typeof nodePrograms;

/** What a node tells of itself. */
export interface NodeFacts {
  readonly node: string;
  /** Why it could not be asked; the rest is empty then. */
  readonly trouble?: string;
  readonly missing: readonly NodeProgram[];
  /** The files in the folder of the conflists, in the order in which the runtime takes them. */
  readonly conflists: readonly string[];
  /** `ID` and `ID_LIKE` of /etc/os-release. */
  readonly system: string;
}

/** Changes nothing: prints each fact with its kind before it. */
const script = `
for program in ${Object.keys(nodePrograms).join(" ")}; do
  command -v "$program" >/dev/null 2>&1 || echo "missing $program"
done
for file in /etc/cni/net.d/*; do
  case $file in *.conf | *.conflist | *.json) [ ! -e "$file" ] || echo "conflist \${file##*/}" ;; esac
done
. /etc/os-release 2>/dev/null && echo "system \${ID:-} \${ID_LIKE:-}"
`;

/** Seconds that a node may take to answer. */
const limitSeconds = 60;

/** Asks a node about itself. */
export async function nodeFacts(machine: Machine, pod: PodWay): Promise<NodeFacts> {
  const argv = machineExec(machine, ["sh", "-c", script], "nothing", pod);
  const ran = await capture(argv, { timeoutMs: limitSeconds * 1000 });
  const told = (kind: string) =>
    ran.stdout.split("\n").flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1).trim()] : []));
  return {
    node: machine.name,
    ...(ran.exitCode === 0 ? {} : { trouble: lastLine(ran) }),
    missing: told("missing") as NodeProgram[],
    conflists: told("conflist"),
    system: told("system")[0] ?? "",
  };
}

/** The command that installs what a node lacks. */
export function installCommand({ missing, system }: Pick<NodeFacts, "missing" | "system">): string {
  const isRpm = /\b(fedora|rhel|centos|suse)\b/.test(system);
  const packages = [...new Set(missing.map((program) => nodePrograms[program][isRpm ? "rpm" : "deb"]))];
  return `${isRpm ? "dnf install --assumeyes" : "apt-get install --yes"} ${packages.join(" ")}`;
}
