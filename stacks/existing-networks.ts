import type * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "../components/cluster/node-access";
import { chosenConflist } from "../components/cni/swap/names";
import type { ConfluenceNetwork } from "../components/confluence/confluence-args";
import { CniDhcp } from "../components/networks/cni-dhcp";
import { MacvlanNetwork } from "../components/networks/macvlan-network";
import { Multus } from "../components/networks/multus";
import { networkNames } from "../components/networks/names";
import type { LabSettings } from "./config";
import { type AnyCluster, inside } from "./inside";

/** What of the networks of an existing cluster other workloads ask for. */
interface ExistingNetworks {
  /** A network whose addresses a DHCP server of the LAN gives out. */
  readonly asIs: ConfluenceNetwork | undefined;
  /** What pods need before they have an interface on it. */
  readonly ready: readonly pulumi.Resource[];
}

/** Any does, as only the nodes' own programs run: one that most clusters' nodes have. */
const anyImage = "registry.k8s.io/pause:3.10";

/**
 * Builds Multus, the dhcp plugin's daemon and a network on a LAN of the nodes; nothing where none is configured.
 *
 * @param ready what pods need before they have the CNI's network
 */
export function buildNetworksOnExisting(
  settings: LabSettings,
  cluster: AnyCluster & { readonly nodes: readonly ReachableNode[] },
  ready: readonly pulumi.Resource[],
): ExistingNetworks {
  if (!settings.networks?.includes(networkNames.leased)) {
    return { asIs: undefined, ready };
  }
  const { multus: type, multusDefinitions: definitions, multusImage: image, dhcpImage, shellImage } = settings;
  const multus = new Multus(
    "multus",
    { type, definitions, image, masterConflist: chosenConflist, nodes: cluster.nodes },
    inside(cluster, ready),
  );
  const daemon = new CniDhcp(
    "cni-dhcp",
    dhcpImage === undefined ? { image: shellImage ?? anyImage, plugin: { from: "node" } } : { image: dhcpImage },
    inside(cluster, ready),
  );
  const network = new MacvlanNetwork(
    networkNames.leased,
    {
      ...{ network: networkNames.leased, namespace: "default", master: settings.macvlanMaster },
      // Without a router: what is for a Service would leave by the LAN.
      ipam: { type: "dhcp", skipDefault: true, request: ["subnet-mask"] },
    },
    inside(cluster, [multus.definitions]),
  );
  return {
    asIs: { network, daemonImage: dhcpImage },
    ready: [...ready, multus.daemonSet, daemon.daemonSet, network.definition],
  };
}
