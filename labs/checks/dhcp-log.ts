import { networkOf } from "../../checks/readers/read";

/** A route that a DHCP server has sent, whose next hop its client can't reach. */
export interface OffLinkRoute {
  /** As `ip route` writes it: `10.77.0.0/16 via 192.168.77.1`. */
  readonly route: string;
  /** The option that carried it: `121 (classless-static-route)`. */
  readonly option: string;
  /** The address by which the server names itself. */
  readonly server: string;
}

interface Answer {
  mask: string;
  address: string;
  server: string;
  readonly routes: { readonly route: string; readonly hop: string; readonly option: string }[];
}

/** The last route in dnsmasq's log (with `log-dhcp`) whose next hop lies outside of the network of the address offered. */
export function offLinkRoute(log: string): OffLinkRoute | undefined {
  const found = [...answersIn(log).values()].flatMap(({ mask, address, server, routes }) => {
    const own = networkOf(`${address}/${lengthOf(mask)}`);
    return routes
      .filter(({ hop }) => networkOf(`${hop}/${lengthOf(mask)}`) !== own)
      .map(({ route, option }) => ({ route, option, server }));
  });
  return found.at(-1);
}

/** What the server has answered, by the number of the client's request. */
function answersIn(log: string): ReadonlyMap<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const line of log.split("\n")) {
    const [, id = "", rest = ""] = /dnsmasq-dhcp(?:\[\d+\])?: (\d+) (.*)$/.exec(line) ?? [];
    const answer = answers.get(id) ?? { mask: "255.255.255.0", address: "", server: "", routes: [] };
    const [, offered] = /^DHCP(?:OFFER|ACK)\(\S+\) ([\d.]+)/.exec(rest) ?? [];
    if (offered !== undefined) answer.address = offered;
    const [, code, name, value = ""] = /^sent size: *\d+ option: *(\d+) (\S+) +(.*)$/.exec(rest) ?? [];
    const option = `${code} (${name})`;
    if (code === "1") answer.mask = value;
    if (code === "54") answer.server = value;
    if (code === "3") {
      const hops = value.split(", ");
      answer.routes.push(...hops.map((hop) => ({ route: `0.0.0.0/0 via ${hop}`, hop, option })));
    }
    if (code === "121") answer.routes.push(...classlessRoutes(value).map((one) => ({ ...one, option })));
    if (id !== "") answers.set(id, answer);
  }
  return answers;
}

/** The routes of option 121 as dnsmasq prints it, in hexadecimal (RFC 3442); cut short, those that are whole. */
function classlessRoutes(text: string): { route: string; hop: string }[] {
  const bytes = text
    .replace(/\.+$/, "")
    .split(":")
    .map((byte) => Number.parseInt(byte, 16));
  const routes: { route: string; hop: string }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    const significant = Math.ceil(length / 8);
    const hop = bytes.slice(at + 1 + significant, at + 5 + significant);
    if (hop.length < 4) break;
    const network = [...bytes.slice(at + 1, at + 1 + significant), 0, 0, 0, 0].slice(0, 4).join(".");
    routes.push({ route: `${network}/${length} via ${hop.join(".")}`, hop: hop.join(".") });
    at += 5 + significant;
  }
  return routes;
}

/** The route of the dhcp plugin's message (`{10.77.0.0 ffff0000} via 192.168.77.1`) as `ip route` writes it. */
export function routeOfMessage(text: string): string {
  const [, network, mask = "", hop] = /\{([\d.]+) ([0-9a-f]{8})\} via ([\d.]+)/.exec(text) ?? [];
  if (network === undefined) return text;
  const octets = [0, 2, 4, 6].map((at) => Number.parseInt(mask.slice(at, at + 2), 16));
  return `${network}/${lengthOf(octets.join("."))} via ${hop}`;
}

/** The length of a mask's prefix: 24 of 255.255.255.0. */
function lengthOf(mask: string): number {
  const bits = mask.split(".").map((octet) => Number(octet).toString(2).replaceAll("0", ""));
  return bits.join("").length;
}
