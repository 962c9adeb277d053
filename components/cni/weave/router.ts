import { quoteWord } from "../../../lib/shell";
import { conflistFolder } from "../../cluster/conflist-folder";
import { statusPages, weaveConflist } from "./names";

/** Which way packets take between nodes. */
export type WeaveSleeve =
  /** In the kernel's Open vSwitch datapath where it has one, else in user space; decided on each node. */
  | "auto"
  /** Always in user space ("sleeve"), by UDP port 6783. */
  | "always";

/** When a router counts as ready. */
export type WeaveReadiness =
  /** When it is connected with every node that it was told of, and gives addresses out. */
  | "connected"
  /** When it answers, as in upstream's own manifest. */
  | "answers";

/** The conflist that Weave writes on a node once its router answers. */
const conflist = `${conflistFolder}/${weaveConflist}`;

/**
 * launch.sh asks the API server for the nodes and ends when it gets no answer: on a new node kube-proxy may be later.
 * After half a minute launch.sh itself tells what is wrong.
 */
const waitForApi = [
  "tries=0",
  'until curl -k -s -o /dev/null -m 1 "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/version" || [ $tries -ge 30 ]; do',
  "  tries=$((tries + 1))",
  "  sleep 0.2",
  "done",
].join("\n");

/**
 * launch.sh takes the number of the other nodes for that of all: of two nodes each is then a majority by itself and
 * divides the addresses alone, and Weave refuses to connect them ("IP allocation was seeded by different peers").
 */
const countPeers = [
  "KUBE_PEERS=$(/home/weave/kube-utils) || exit 1",
  "set -- $KUBE_PEERS",
  "export KUBE_PEERS IPALLOC_INIT=consensus=$(($# + 1))",
  "set --",
].join("\n");

/**
 * A router has the name of its node's bridge, and one of its own only where there is none: the bridge goes, with what
 * the router knows of whom the addresses belong to.
 */
export const forgetName = [
  "for link in weave vethwe-bridge; do",
  '  if ip link show "$link" > /dev/null 2>&1; then ip link delete "$link"; fi',
  "done",
  "rm -f /weavedb/weave-netdata.db /weavedb/cni-lab-names",
].join("\n");

/** Forgets a name of another kind; one of this kind is kept when the router starts again. */
function renameOnce(names: string): string {
  const kind = quoteWord(names);
  return [
    `if [ "$(cat /weavedb/cni-lab-names 2> /dev/null)" != ${kind} ]; then`,
    forgetName,
    `echo ${kind} > /weavedb/cni-lab-names`,
    "fi",
  ].join("\n");
}

/**
 * The command of the router's container. Upstream's launch.sh is told what the node can do and says so in the pod's log:
 * it would otherwise try a datapath that the kernel does not have.
 */
export function startScript(sleeve: WeaveSleeve, names?: string): string {
  const userSpace = "export WEAVE_NO_FASTDP=1";
  const before = names === undefined ? "" : `${renameOnce(names)}\n`;
  const launch = `${before}${waitForApi}\n${countPeers}\nexec /home/weave/launch.sh`;
  if (sleeve === "always") {
    return [`echo "packets travel in user space (sleeve), as configured"`, userSpace, launch].join("\n");
  }
  return [
    // What is built into the kernel has no folder there, but modprobe knows it.
    "if [ -d /sys/module/openvswitch ] || modprobe openvswitch 2> /dev/null; then",
    `  echo "packets travel in the kernel (fastdp): it has an Open vSwitch datapath"`,
    "else",
    `  echo "packets travel in user space (sleeve): kernel $(uname -r) has no Open vSwitch datapath"`,
    `  ${userSpace}`,
    "fi",
    launch,
  ].join("\n");
}

/** The readiness probe's command. */
export function readinessScript(readiness: WeaveReadiness): string {
  return readiness === "answers" ? `curl -sS -f -m 2 -o /dev/null ${statusPages}` : readyScript();
}

/**
 * Ends with 0 when Weave works on the node, by its own status: every node that it was told of at its start is connected,
 * no connection waits, addresses can be given out, and the runtime has its conflist.
 * Else it says what lacks. Upstream's own probe asks only whether the router answers.
 */
export function readyScript(): string {
  return [
    `[ -e /host${conflist} ] || { echo "there is no ${conflist} yet"; exit 1; }`,
    `pages=$(curl -sS -f --fail-early -m 4 ${statusPages} ${statusPages}/connections) || exit 1`,
    `echo "$pages" | awk '${readyProgram}'`,
  ].join("\n");
}

const readyProgram = `
/^ *Service:/ { service = $2 }
/^ *Targets:/ { targets = $2 }
/^ *Status:/ && service == "ipam" { sub(/^ *Status: */, ""); ipam = $0 }
/^(->|<-) / && $3 == "established" { established++ }
/^(->|<-) / && /cannot connect to ourself/ { targets--; next }
/^(->|<-) / && $3 != "established" { waiting = waiting "; " $2 " is " $3 }
END {
  if (established < targets || waiting != "") { print established + 0 " of " targets + 0 " peers are connected" waiting; bad = 1 }
  if (ipam != "ready") { print "addresses: " (ipam == "" ? "no status" : ipam); bad = 1 }
  exit bad
}`;
