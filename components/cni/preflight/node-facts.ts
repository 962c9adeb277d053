/** What a node tells of itself, where a CNI comes to it. */
export interface NodeFacts {
  readonly node: string;
  /** Programs that it lacks. */
  readonly lacks: readonly string[];
  /** `ID` and `ID_LIKE` of its system. */
  readonly system: string;
  readonly links: readonly { readonly name: string; readonly mtu: number }[];
  readonly addresses: readonly { readonly link: string; readonly cidr: string }[];
  readonly routes: readonly { readonly target: string; readonly link: string }[];
  /** Whether its kernel forwards packets. */
  readonly forwards: boolean;
  /** Types of links that its kernel can't make, and modules that it has not. */
  readonly cannot: readonly string[];
  readonly without: readonly string[];
  /** Ports of the CNI that something has, and what, where that is known. */
  readonly taken: readonly { readonly protocol: string; readonly port: number; readonly by: string }[];
  /** Images of the CNI that it has not. */
  readonly imageless: readonly string[];
  /** Where its images are: what is free there and what there is, in bytes. */
  readonly disk?: { readonly at: string; readonly free: number; readonly all: number };
}

/** A node at which a CNI is already, or that could not be looked at. */
export type NodeLook = { readonly is: "here" } | { readonly is: "unseen" } | ({ readonly is: "away" } & NodeFacts);

/** Reads what the script has printed; what ended in the middle was not seen. */
export function readNodeFacts(node: string, text: string): NodeLook {
  const lines = text.trimEnd().split("\n");
  const last = lines.at(-1)?.trim();
  if (last === "here") {
    return { is: "here" };
  }
  if (last !== "away") {
    return { is: "unseen" };
  }
  const all = (kind: string) =>
    lines.map((line) => line.split("\t")).flatMap(([first, ...words]) => (first === kind ? [words] : []));
  const words = (kind: string) => all(kind).map(([word = ""]) => word);
  const [disk] = all("disk");
  return {
    is: "away",
    node,
    lacks: words("lacks"),
    system: words("system")[0] ?? "",
    links: all("link").map(([name = "", mtu]) => ({ name, mtu: Number(mtu) })),
    addresses: all("address").map(([link = "", cidr = ""]) => ({ link, cidr })),
    routes: all("route").map(([target = "", link = ""]) => ({ target, link })),
    forwards: words("forwards")[0] === "1",
    cannot: words("cannot"),
    without: words("without"),
    taken: all("taken").map(([protocol = "", port, by = ""]) => ({ protocol, port: Number(port), by })),
    imageless: words("imageless"),
    ...(disk === undefined
      ? {}
      : { disk: { at: disk[0] ?? "", free: Number(disk[1]) * 1024, all: Number(disk[2]) * 1024 } }),
  };
}
