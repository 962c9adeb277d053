import { conflistFolder } from "../../components/cluster/conflist-folder";
import { cnisWithRouter } from "../../components/cni/registry";
import { formats, type SeenNode } from "./seen";

/** What is asked of a node, each part under its name: one command, as each `podman exec` costs a third of a second. */
const parts = {
  links: "ip -json -details address",
  routes: "ip -json route",
  conflists: `cd ${conflistFolder} && for f in *.conf *.conflist; do [ -e "$f" ] && echo "$f $(readlink "$f")"; done`,
  forward: "iptables -w 2 -S FORWARD",
  machineId: "cat /etc/machine-id",
  ...Object.fromEntries(cnisWithRouter.map(({ id, router }) => [id, router.connections])),
};

const mark = "== ";

/** The words that a node is asked with. A part that fails leaves its place empty. */
export const askNode: readonly string[] = [
  "sh",
  "-c",
  Object.entries(parts)
    .map(([name, command]) => `echo; echo "${mark}${name}"; (${command}) 2>/dev/null`)
    .concat("true")
    .join("\n"),
];

/** Reads a node's answer. @throws Error when its links or routes are not what `ip` prints */
export function readNode(stdout: string): SeenNode {
  const found = new Map<string, string>();
  for (const section of stdout.split(`\n${mark}`).slice(1)) {
    const [name = "", ...lines] = section.split("\n");
    found.set(name, lines.join("\n").trim());
  }
  const lines = (name: string) => (found.get(name) ?? "").split("\n").filter((line) => line.trim() !== "");
  const json = (name: "links" | "routes") => {
    const text = found.get(name);
    const parsed = formats[name].safeParse(text === undefined ? undefined : parse(text));
    if (!parsed.success) {
      throw new Error(`${parts[name]} printed ${text === undefined || text === "" ? "nothing" : "no list"}`);
    }
    return parsed.data;
  };
  return {
    links: formats.links.parse(json("links")),
    routes: formats.routes.parse(json("routes")),
    conflists: lines("conflists")
      .map((line) => {
        const [name = "", to] = line.trim().split(" ");
        return { name, ...(to === undefined ? {} : { to }) };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    forward: lines("forward"),
    machineId: found.get("machineId") ?? "",
    ...Object.fromEntries(cnisWithRouter.map(({ id }) => [id, lines(id).map((line) => line.trim())])),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
