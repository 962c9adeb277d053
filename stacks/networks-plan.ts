import type { MacvlanSpec } from "../components/networks/nad";
import { networkNames, networkSubnets } from "../components/networks/names";
import { hostAddress, parseCidr } from "../lib/cidr";
import type { NetworkConfig } from "./network-schema";

/** The secondary networks of a lab, and the pods that are on them. */
export interface NetworksPlan {
  readonly networks: readonly MacvlanSpec[];
  /** One pod on each node; `network` is a name of `networks`. */
  readonly static: readonly { readonly node: string; readonly network: string; readonly address?: string }[];
  /** The network of the pods whose addresses come by DHCP; undefined without one. */
  readonly leased: string | undefined;
}

/** Turns settings into networks: the two of the lab, under the names and with the options that they have there. */
export function planNetworks(
  config: Pick<NetworkConfig, "networks" | "macvlanAddresses" | "macvlanMaster">,
  nodes: readonly string[],
): NetworksPlan {
  const has = (name: keyof typeof networkSubnets) => config.networks?.includes(name) ?? false;
  const master = config.macvlanMaster;
  const own = has(networkNames.static) ? staticNetworks(config, nodes) : { networks: [], static: [] };
  return {
    networks: [...own.networks, ...(has(networkNames.leased) ? [leasedNetwork] : [])].map((spec) => ({
      ...spec,
      master,
    })),
    static: own.static,
    leased: has(networkNames.leased) ? networkNames.leased : undefined,
  };
}

type Unplugged = Omit<MacvlanSpec, "master">;

function staticNetworks({ macvlanAddresses }: Pick<NetworkConfig, "macvlanAddresses">, nodes: readonly string[]) {
  if (macvlanAddresses === "node-range") {
    return {
      networks: nodes.map((node, i) => staticNetwork(`${networkNames.static}-${node}`, 20 * (i + 1), 20 * (i + 2) - 1)),
      static: nodes.map((node) => ({ node, network: `${networkNames.static}-${node}` })),
    };
  }
  const named = macvlanAddresses === "named";
  return {
    networks: [staticNetwork(networkNames.static, 1, 254)],
    static: nodes.map((node, i) => ({
      node,
      network: networkNames.static,
      // host-local takes the first address for the gateway, so that no pod may have it.
      address: named ? `${addressOf(11 + i)}/24` : undefined,
    })),
  };
}

function staticNetwork(network: string, first: number, last: number): Unplugged {
  return {
    network,
    ipam: {
      type: "host-local",
      subnet: networkSubnets[networkNames.static],
      rangeStart: addressOf(first),
      rangeEnd: addressOf(last),
      routes: [{ dst: "0.0.0.0/0" }],
    },
  };
}

const leasedNetwork: Unplugged = {
  network: networkNames.leased,
  ipam: { type: "dhcp", routes: [{ dst: "192.168.0.0/16", gw: "192.168.0.1" }] },
  dns: { nameservers: ["4.4.4.4", "8.8.8.8"] },
};

function addressOf(n: number): string {
  const subnet = parseCidr(networkSubnets[networkNames.static]);
  return subnet === undefined ? "" : hostAddress(subnet, n);
}
