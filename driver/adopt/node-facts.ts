import { lastLine } from "../../checks/engine/text";
import { nodePrograms } from "../../components/cni/swap/node-programs";
import type { Machine } from "../../stacks/existing-schema";
import { capture } from "../run/capture";
import { machineExec, type PodWay } from "../stack/machine-exec";

/** What a node tells of itself. */
export interface NodeFacts {
  readonly node: string;
  /** Why it could not be asked; the rest is empty then. */
  readonly trouble?: string;
  readonly missing: readonly string[];
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
    missing: told("missing"),
    conflists: told("conflist"),
    system: told("system")[0] ?? "",
  };
}
