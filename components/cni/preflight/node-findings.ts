import { contains, networkOf, overlaps, parseAddress, parseCidr } from "../../../lib/cidr";
import type { Problem } from "../../../lib/user-error";
import { installCommand } from "../swap/node-programs";
import type { NodeFacts } from "./node-facts";
import type { Coming, Findings, Seen } from "./seen";

/** Bytes that images of a CNI need, unpacked, at most (Weave's: 0.2 GB; Flannel's two: 0.1 GB). */
const imageBytes = 512 * 1024 * 1024;

/** Below this part the kubelet removes images and pods: imagefs.available of its evictionHard, by default. */
const leastFree = 0.15;

/** What keeps the CNI from working on a node. */
export function nodeFindings(coming: Coming, seen: Seen): Findings {
  const modules = moduleFindings(coming, seen.nodes);
  const services = serviceOverlap(coming, seen.cluster?.services ?? []);
  return {
    problems: [
      ...services,
      ...modules.problems,
      ...seen.nodes.flatMap((facts) => problemsOf(coming, facts, seen)),
      ...seen.nodes.flatMap(({ node }) => stateProblems(node, seen)),
    ],
    notes: modules.notes,
  };
}

function problemsOf(coming: Coming, facts: NodeFacts, { addresses }: Seen): Problem[] {
  const { node, lacks, cannot, taken, forwards, imageless, disk } = facts;
  const { title, needs } = coming;
  const at = addresses.get(node);
  const ports = taken.filter(
    ({ protocol, port, by }) =>
      needs.ports.some((each) => each.protocol === protocol && each.port === port) && !isIts(coming, by),
  );
  return [
    ...(lacks.length > 0
      ? [{ field: node, rule: `lacks ${lacks.join(", ")}`, fix: `run on it: ${installCommand(lacks, facts.system)}` }]
      : []),
    ...(cannot.length > 0
      ? [
          {
            field: node,
            rule: `its kernel can't make links of the type ${cannot.join(", ")}, which ${title} needs`,
            fix: `run on it: modprobe ${cannot.join(" ")}; some systems have the module in a package of its own`,
          },
        ]
      : []),
    ...(forwards
      ? []
      : [{ field: node, rule: "does not forward packets", fix: "run on it: sysctl -w net.ipv4.ip_forward=1" }]),
    ...ports.map(({ protocol, port, by }) => ({
      field: node,
      rule: `${protocol.toUpperCase()} port ${port}, which ${title} needs, is taken${by === "" ? "" : ` by ${by}`}`,
      fix: "end what has it",
    })),
    ...overlapping(coming, facts),
    ...(at !== undefined && linkOf(facts, at) === undefined
      ? [{ field: node, rule: `has no interface with the address ${at}`, fix: "correct its address in `machines`" }]
      : []),
    ...(imageless.length > 0 && disk !== undefined && disk.free - imageBytes < leastFree * disk.all
      ? [
          {
            field: node,
            rule: `has ${gib(disk.free)} free of ${gib(disk.all)} at ${disk.at}: with the images of ${title} it has less than ${leastFree * 100} %, and the kubelet evicts pods`,
            fix: "make room, for example with: crictl rmi --prune",
          },
        ]
      : []),
  ];
}

/** What the kubelet and the API server say of it. */
function stateProblems(node: string, { cluster }: Seen): Problem[] {
  const state = cluster?.nodes.find(({ name }) => name === node);
  if (state === undefined) {
    return [];
  }
  return [
    ...(state.ready ? [] : [{ field: node, rule: "is not Ready", fix: `see why: kubectl describe node ${node}` }]),
    ...(state.pressed ? [{ field: node, rule: "has a full disk: the kubelet evicts pods", fix: "make room" }] : []),
  ];
}

/** Modules that nodes lack: all of them, or some, which may not go together. */
function moduleFindings({ title, needs }: Coming, nodes: readonly NodeFacts[]): Findings {
  const lacking = needs.modules.flatMap((module) => {
    const names = nodes.filter((facts) => facts.without.includes(module.name)).map(({ node }) => node);
    return names.length === 0 ? [] : [{ ...module, names, isMixed: names.length < nodes.length }];
  });
  return {
    problems: lacking.flatMap(({ name, names, isMixed, onSome }) =>
      isMixed && onSome !== undefined
        ? [
            {
              field: names.join(", "),
              rule: `no kernel module ${name}, which the others have: ${onSome.rule}`,
              fix: onSome.fix,
            },
          ]
        : [],
    ),
    notes: lacking.map(
      ({ name, names, without }) => `no kernel module ${name} on ${names.join(", ")}: ${title} ${without} there`,
    ),
  };
}

/** The node's own addresses and routes inside the network: packets to them would go to pods. */
function overlapping({ title, network, links }: Coming, { node, addresses, routes }: NodeFacts): Problem[] {
  const own = parseCidr(network);
  if (own === undefined) {
    return [];
  }
  const isOwn = (link: string) =>
    links.some((name) => (name.endsWith("*") ? link.startsWith(name.slice(0, -1)) : link === name));
  const inside = (text: string) => {
    const cidr = networkOf(text.includes("/") ? text : `${text}/32`);
    // A VPN writes a default route in two halves.
    return cidr !== undefined && cidr.prefix > 1 && overlaps(own, cidr);
  };
  const met = [
    ...addresses.filter(({ link, cidr }) => !isOwn(link) && inside(cidr)).map((each) => `${each.cidr} on ${each.link}`),
    ...routes.filter(({ link, target }) => !isOwn(link) && inside(target)).map((each) => `route ${each.target}`),
  ];
  return met.length === 0
    ? []
    : [
        {
          field: node,
          rule: `uses addresses of ${title}'s network ${network} itself: ${met.join(", ")}`,
          fix: "give the CNI another network",
        },
      ];
}

function serviceOverlap({ title, network }: Coming, services: readonly string[]): Problem[] {
  const own = parseCidr(network);
  const inside = services.filter(
    (address) => own !== undefined && parseAddress(address) !== undefined && contains(own, address),
  );
  return inside.length === 0
    ? []
    : [
        {
          field: "Services",
          rule: `have addresses of ${title}'s network ${network}: ${inside.slice(0, 3).join(", ")}${inside.length > 3 ? `, and ${inside.length - 3} more` : ""}`,
          fix: "give the CNI another network",
        },
      ];
}

/** Whether a program, or a link, is the CNI's own. */
function isIts({ programs, links }: Coming, by: string): boolean {
  return programs.includes(by) || links.some((link) => by === `link ${link}`);
}

/** The interface that has this address. */
export function linkOf({ links, addresses }: NodeFacts, address: string) {
  const name = addresses.find(({ cidr }) => cidr.split("/")[0] === address)?.link;
  return links.find((link) => link.name === name);
}

const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
