import type { Problem } from "../../../lib/user-error";
import type { HeardPacket, RefusedConnection } from "./heard";
import type { Coming, Findings, Seen } from "./seen";

/** Which packets of the CNI would not arrive: of each port all pairs of nodes in one sentence. */
export function portFindings({ title }: Coming, { ports: told }: Seen): Findings {
  if (told === undefined) {
    return { problems: [], notes: ["no packet was sent between the nodes to try the CNI's ports"] };
  }
  const pairs = told.nodes.flatMap((from) => told.nodes.filter((to) => to !== from).map((to) => ({ from, to })));
  const problems = told.ports.flatMap(({ protocol, port }): Problem[] => {
    const came = (pair: Pair, size: HeardPacket["size"]) =>
      told.heard.some((each) => isOf(each, pair, port) && each.size === size);
    const lost =
      protocol === "udp"
        ? pairs.filter((pair) => !came(pair, "small"))
        : pairs.filter((pair) => told.refused.some((each) => isOf(each, pair, port)));
    const cut = protocol === "udp" ? pairs.filter((pair) => came(pair, "small") && !came(pair, "large")) : [];
    return [
      ...(lost.length > 0
        ? [
            {
              field: `${protocol.toUpperCase()} port ${port}`,
              rule: `is closed between nodes, and ${title} needs it: ${named(lost, pairs.length)}`,
              fix: "let it through: in each node's firewall, and in what filters between them",
            },
          ]
        : []),
      ...(cut.length > 0
        ? [
            {
              field: "MTU",
              rule: `packets as large as the nodes' interfaces take do not arrive (${sizes(cut, told.large)}): ${named(cut, pairs.length)}`,
              fix: "set the MTU of the nodes' interfaces to what the network between them carries",
            },
          ]
        : []),
    ];
  });
  return { problems: withoutTwins(problems), notes: [] };
}

type Pair = { readonly from: string; readonly to: string };

const isOf = (each: RefusedConnection | HeardPacket, { from, to }: Pair, port: number) =>
  each.from === from && each.to === to && each.port === port;

/** How many pairs a sentence names. */
const mostNamed = 6;

function named(pairs: readonly Pair[], all: number): string {
  if (pairs.length === all) {
    return "from no node to any other";
  }
  const some = pairs.slice(0, mostNamed).map(({ from, to }) => `${from} -> ${to}`);
  return `${some.join(", ")}${pairs.length > mostNamed ? `, and ${pairs.length - mostNamed} more` : ""}`;
}

function sizes(pairs: readonly Pair[], large: ReadonlyMap<string, number>): string {
  return [...new Set(pairs.map(({ from }) => large.get(from)))].map((bytes) => `${bytes} bytes`).join(", ");
}

/** The same is found of an MTU at each port. */
function withoutTwins(problems: readonly Problem[]): Problem[] {
  return problems.filter(
    (problem, i) => problems.findIndex(({ field, rule }) => field === problem.field && rule === problem.rule) === i,
  );
}
