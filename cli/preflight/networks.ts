import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { stackLabel } from "../../components/cluster/engine-labels";
import { read } from "../../driver/run/capture";
import { overlaps, parseCidr } from "../../lib/cidr";
import type { Problem } from "../../lib/user-error";

/** A network that this machine uses already, and for what. */
export interface UsedNetwork {
  readonly cidr: string;
  readonly use: string;
}

/** The LAN must be this lab's alone: a route to a foreign network would be taken away from the machine. */
export function lanProblems(lan: string, stack: string, used: readonly UsedNetwork[]): Problem[] {
  const wanted = parseCidr(lan);
  const clash = used.find(({ cidr }) => {
    const network = parseCidr(cidr);
    return wanted !== undefined && network !== undefined && overlaps(wanted, network);
  });
  if (clash === undefined) {
    return [];
  }
  const rule = `must not overlap with ${clash.cidr}, which ${clash.use}`;
  return [{ field: "lanCidr", value: lan, rule, fix: `choose another: ./lab up ${stack} --set lanCidr=172.28.N.0/24` }];
}

/** Networks of this machine's interfaces, routes and containers; those of the stack itself left out. */
export async function usedNetworks(engine: ContainerEngine, stack: string): Promise<UsedNetwork[]> {
  const all = engine.readNetworks(JSON.parse(await read(engine.listNetworks())));
  const own = all.filter(({ labels }) => labels[stackLabel] === stack);
  const ownLinks = own.map(({ link }) => link);
  return [
    ...all
      .filter((network) => !own.includes(network))
      .flatMap(({ name, subnets }) => subnets.map((cidr) => ({ cidr, use: `${engine.name}'s network ${name} uses` }))),
    ...hostNetworks().filter(({ link }) => !ownLinks.includes(link)),
  ];
}

function hostNetworks(): (UsedNetwork & { readonly link: string })[] {
  const addresses = Object.entries(networkInterfaces()).flatMap(([link, list = []]) =>
    list
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address }) => ({ link, cidr: `${address}/32`, use: `holds this machine's address on ${link}` })),
  );
  const routes = parseRoutes(readFileSync("/proc/net/route", "utf8"));
  return [...addresses, ...routes.map(({ link, cidr }) => ({ link, cidr, use: `this machine reaches by ${link}` }))];
}

/** Reads the kernel's table of IPv4 routes; the default route, which leads everywhere, is left out. */
export function parseRoutes(table: string): { link: string; cidr: string }[] {
  return table
    .trim()
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [link = "", destination = "", , , , , , mask = ""] = line.split("\t");
      const prefix = [...Number.parseInt(mask, 16).toString(2)].filter((bit) => bit === "1").length;
      return prefix === 0 ? [] : [{ link, cidr: `${dotted(destination)}/${prefix}` }];
    });
}

/** The kernel prints addresses as numbers in the byte order of the machine; amd64 has the last byte first. */
function dotted(hex: string): string {
  return [...Buffer.from(hex, "hex")].reverse().join(".");
}
