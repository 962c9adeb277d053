import type { Problem } from "../../lib/user-error";
import type { ChainedPlugin, SbrPlugin, TuningPlugin, VrfPlugin } from "./chain";
import { isLinkName, isMac, isMtu } from "./link";
import type { MacvlanSpec } from "./nad";

/** Everything that is wrong with what follows macvlan, in itself and beside the network's addresses and routes. */
export function chainProblems(spec: MacvlanSpec): Problem[] {
  const chain = spec.chain ?? [];
  const at = (plugin: string, option: string) => `network ${spec.network}: ${plugin}.${option}`;
  return [
    ...capabilityProblems(spec),
    ...chain.flatMap((plugin) => {
      switch (plugin.type) {
        case "tuning":
          return tuningProblems(plugin, at);
        case "sbr":
          return sbrProblems(plugin, spec, at);
        case "vrf":
          return vrfProblems(plugin, at);
        default:
          return [unknownPlugin(plugin, spec.network)];
      }
    }),
    ...doubledPlugins(chain, spec.network),
    ...tableProblems(spec),
  ];
}

type At = (plugin: string, option: string) => string;

/** The first value that a problem is found with. */
function refuse(field: string, value: string | number | undefined, ok: boolean, rule: string): Problem[] {
  return value === undefined || ok ? [] : [{ field, value: String(value), rule }];
}

function capabilityProblems({ network, capabilities, ipam }: MacvlanSpec): Problem[] {
  return ipam.type === "dhcp" && capabilities?.ips === true
    ? [
        {
          field: `network ${network}: capabilities.ips`,
          value: "true",
          rule: "has no effect with dhcp: the server says which address a pod has",
          fix: "leave it out, or take static or host-local",
        },
      ]
    : [];
}

function tuningProblems({ sysctl = {}, mac, mtu, txQLen, dataDir }: TuningPlugin, at: At): Problem[] {
  return [
    ...Object.keys(sysctl).flatMap((name) =>
      refuse(
        at("tuning", "sysctl"),
        name,
        /^net(\.[\w-]+)+$/.test(name),
        "must be the name of a value below net, for example net.ipv4.conf.IFNAME.arp_announce",
      ),
    ),
    ...refuse(
      at("tuning", "mac"),
      mac,
      mac !== undefined && isMac(mac),
      "must be six octets of one machine, for example 02:00:0a:0a:14:01",
    ),
    ...refuse(at("tuning", "mtu"), mtu, isMtu(String(mtu)), "must be a whole number of bytes from 68 to 65535"),
    ...refuse(
      at("tuning", "txQLen"),
      txQLen,
      Number.isInteger(txQLen) && Number(txQLen) >= 0,
      "must be a whole number, at least 0",
    ),
    ...refuse(at("tuning", "dataDir"), dataDir, dataDir?.startsWith("/") === true, "must be an absolute path"),
  ];
}

function sbrProblems({ table }: SbrPlugin, { ipam }: MacvlanSpec, at: At): Problem[] {
  const filled = ipam.type !== "dhcp" && (ipam.routes ?? []).some((route) => route.table === table);
  return [
    ...refuse(at("sbr", "table"), table, isTable(table), tableRule),
    ...(table === undefined || !isTable(table) || filled
      ? []
      : [
          {
            field: at("sbr", "table"),
            value: String(table),
            rule: "must be the table of one of the network's routes: with a table given, sbr moves none into it",
            fix:
              ipam.type === "dhcp"
                ? "leave it out: the dhcp plugin sets the server's routes, in the main table"
                : `leave it out, or give routes with table ${table}`,
          },
        ]),
  ];
}

function vrfProblems({ vrfname, table }: VrfPlugin, at: At): Problem[] {
  const taken = ["lo", "eth0", "net1"];
  return [
    ...(isLinkName(String(vrfname)) && !taken.includes(vrfname)
      ? []
      : [
          {
            field: at("vrf", "vrfname"),
            value: String(vrfname),
            rule: `must be the name of a network interface, at most 15 characters, and none of: ${taken.join(", ")}`,
          },
        ]),
    ...refuse(at("vrf", "table"), table, isTable(table), tableRule),
  ];
}

/** The tables that the kernel keeps for itself: default, main and local (linux, include/uapi/linux/rtnetlink.h). */
const kernelTables = [253, 254, 255];

const tableRule = `must be a whole number from 1 to 2147483647, and none of: ${kernelTables.join(", ")}`;

function isTable(table: number | undefined): boolean {
  return (
    table !== undefined &&
    Number.isInteger(table) &&
    table >= 1 &&
    table <= 2 ** 31 - 1 &&
    !kernelTables.includes(table)
  );
}

/** A route keeps its table from the plugin that gives addresses to macvlan only since version 1.0.0 of the results. */
function tableProblems({ network, ipam, cniVersion = "0.3.1" }: MacvlanSpec): Problem[] {
  return (ipam.routes ?? []).flatMap(({ dst, table }) => [
    ...refuse(`network ${network}: route to ${dst}: table`, table, isTable(table), tableRule),
    ...(table !== undefined && cniVersion.startsWith("0.")
      ? [
          {
            field: `network ${network}: cniVersion`,
            value: cniVersion,
            rule: `must be 1.0.0 or later with the table of a route (to ${dst}): before, plugins don't hand it on`,
          },
        ]
      : []),
  ]);
}

function doubledPlugins(chain: readonly ChainedPlugin[], network: string): Problem[] {
  const types = chain.map(({ type }) => type);
  return [...new Set(types.filter((type, i) => types.indexOf(type) < i))].map((type) => ({
    field: `network ${network}: chain`,
    value: type,
    rule: "must stand there once",
  }));
}

/** A program without types may hold anything. */
function unknownPlugin(plugin: never, network: string): Problem {
  const type = String((plugin as { readonly type?: unknown } | undefined)?.type);
  return {
    field: `network ${network}: chain`,
    value: type,
    rule:
      type === "bandwidth"
        ? "can't follow macvlan: it slows the node's end of a veth pair, and macvlan makes none"
        : "must be one of: tuning, sbr, vrf",
  };
}
