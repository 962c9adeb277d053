import { z } from "zod";
import { dhcpFaults, serviceProblems } from "../components/networks/dnsmasq";
import { networkNames, networkSubnets } from "../components/networks/names";
import type { Problem } from "../lib/user-error";
import { linkName, oneOf, onOff } from "./rules";

/** A value of `networks`. */
export type NetworkName = (typeof networkNames)[keyof typeof networkNames];

const known = Object.values(networkNames);

/** A range that is written as `FIRST-LAST`. */
export function parseRange(text: string): { first: string; last: string } {
  const [first = "", last = ""] = text.split("-");
  return { first, last };
}

function isKnown(name: string): name is NetworkName {
  return known.some((other) => other === name);
}

/** The keys of the secondary networks. */
export const networkConfig = {
  networks: z
    .string()
    .transform((text) => (text.trim() === "" ? [] : text.split(",").map((name) => name.trim())))
    .refine((names) => names.every(isKnown) && new Set(names).size === names.length, {
      error: `must be empty or a comma-separated list, each once, of: ${known.join(", ")}`,
    })
    .transform((names) => names.filter(isKnown))
    .optional()
    .describe("the secondary networks of the pods; with any, Multus is installed; default: none"),
  multus: oneOf(["thick", "thin"])
    .default("thick")
    .describe("the form of Multus: thick, with a daemon on each node, or thin, without"),
  multusDefinitions: oneOf(["made", "existing"])
    .default("made")
    .describe("whether the kind NetworkAttachmentDefinition comes with Multus, or an existing cluster has it"),
  multusImage: z
    .string()
    .min(1)
    .optional()
    .describe("the image of Multus on an existing cluster; default: upstream's, of the form that is chosen"),
  dhcpImage: z
    .string()
    .min(1)
    .optional()
    .describe("the image of the dhcp plugin's daemon on an existing cluster; default: the nodes' own plugin runs"),
  macvlanMaster: linkName.default("eth1").describe("the nodes' interface that is the master of the macvlan networks"),
  secondLan: onOff("off").describe("whether the nodes have a second LAN, on eth2"),
  macvlanAddresses: oneOf(["named", "node-range", "unnamed"])
    .default("named")
    .describe("IPAM on macvlan-conf: each pod requests its address, each node assigns from a range, or neither"),
  dhcpDaemon: oneOf(["auto", "off"])
    .default("auto")
    .describe("when the dhcp plugin's daemon runs: with any network that uses DHCP, or never"),
  dhcpRelease: onOff("on").describe("whether the dhcp plugin's daemon has the fix that makes it release leases"),
  dhcpFault: oneOf(dhcpFaults).default("none").describe("which fault the DHCP server has"),
  dhcpLease: z
    .string()
    .refine((text) => /^[1-9]\d{2,8}$/.test(text) && Number(text) >= 120, {
      error: "must be a whole number of seconds, at least 120",
    })
    .transform(Number)
    .default(120)
    .describe("the lease time of the DHCP server, in seconds"),
  dhcpRange: z
    .string()
    .refine((text) => serviceProblems({ range: parseRange(text) }).length === 0 && text.split("-").length === 2, {
      error: `must be FIRST-LAST inside ${networkSubnets[networkNames.leased]} without the server's own address, for example 192.168.0.100-192.168.0.199`,
    })
    .default("192.168.0.100-192.168.0.199")
    .describe("the address pool of the DHCP server"),
};

/** The settings of the networks, complete and in force. */
export type NetworkConfig = z.infer<z.ZodObject<typeof networkConfig>>;

/** What of the networks is wrong together. */
export function networkConfigProblems(config: NetworkConfig): Problem[] {
  return config.macvlanMaster === "eth2" && config.secondLan === "off"
    ? [
        {
          field: "macvlanMaster",
          value: "eth2",
          rule: "is the nodes' interface on the second LAN, and secondLan is off",
          fix: "set it with: pulumi config set secondLan on",
        },
      ]
    : [];
}
