import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../components/cluster/cluster";
import { chosenConflist } from "../components/cni/swap/names";
import { CniDhcp } from "../components/networks/cni-dhcp";
import { DhcpServer } from "../components/networks/dhcp-server";
import { MacvlanNetwork, type MacvlanNetworkArgs } from "../components/networks/macvlan-network";
import { Multihomed } from "../components/networks/multihomed";
import { Multus } from "../components/networks/multus";
import type { ClusterNetworks } from "../components/networks/taken-by-routes";
import { images } from "../lib/versions";
import type { LabSettings } from "./config";
import { canWire } from "./faults";
import { inside } from "./inside";
import { parseRange } from "./network-schema";
import { type NetworksPlan, planNetworks } from "./networks-plan";
import { podNetworkOf } from "./pod-network";

/** What of the networks other workloads ask for. */
export interface BuiltNetworks {
  readonly server: DhcpServer | undefined;
  /** The network whose addresses come by DHCP, and the daemon's image. */
  readonly leased: { readonly network: MacvlanNetwork; readonly daemonImage: string } | undefined;
  /** What pods need before they have an interface on any of the networks. */
  readonly ready: readonly pulumi.Resource[];
}

/**
 * Builds the secondary networks and the pods on them; nothing where none is configured.
 *
 * @param ready what pods need before they have the CNI's network
 * @param namespace where the networks and the pods are
 */
export function buildNetworks(
  settings: LabSettings,
  cluster: Cluster,
  ready: readonly pulumi.Resource[],
  namespace: pulumi.Resource & { readonly metadata: pulumi.Output<{ name: string }> },
): BuiltNetworks {
  const plan = planNetworks(
    settings,
    cluster.nodes.map(({ name }) => name),
  );
  if (plan.networks.length === 0) {
    return { server: undefined, leased: undefined, ready };
  }
  const multus = new Multus(
    "multus",
    {
      type: settings.multus,
      masterConflist: chosenConflist,
      image: settings.multus === "thick" ? images.multusThick : images.multusThin,
      skipAwait: !canWire(settings),
      nodes: cluster.nodes,
    },
    inside(cluster, ready),
  );
  const networks = createNetworks(
    plan,
    { namespace: namespace.metadata.name, nodes: cluster.nodes, clusterNetworks: clusterNetworks(settings) },
    inside(cluster, [multus.definitions, namespace]),
  );
  const server = plan.leased === undefined ? undefined : createServer(settings, cluster);
  const daemon =
    plan.leased === undefined || settings.dhcpDaemon === "off" ? undefined : createDaemon(settings, cluster);

  const after = [
    ...ready,
    multus.daemonSet,
    ...networks.map(({ definition }) => definition),
    ...(daemon === undefined ? [] : [daemon.daemonSet]),
    ...(server === undefined ? [] : [server.configuration]),
  ];
  const pods = multihomedPods(settings, plan, networks, canRun(settings, cluster));
  new Multihomed("multihomed", pods, inside(cluster, after));
  const leased = networks.find(({ spec }) => spec.network === plan.leased);
  return {
    server,
    leased: leased && { network: leased, daemonImage: daemonImage(settings) },
    ready: after,
  };
}

/** What pods reach by eth0, with the CNI that is chosen. */
function clusterNetworks(settings: LabSettings): ClusterNetworks {
  const { serviceCidr: services, lanCidr: nodes } = settings;
  return { services, nodes, pods: podNetworkOf(settings) };
}

/** Made one after the other, so that each is checked against those before it. */
function createNetworks(
  { networks }: NetworksPlan,
  place: Pick<MacvlanNetworkArgs, "namespace" | "nodes" | "clusterNetworks">,
  opts: pulumi.ComponentResourceOptions,
): MacvlanNetwork[] {
  const made: MacvlanNetwork[] = [];
  for (const spec of networks) {
    made.push(new MacvlanNetwork(spec.network, { ...spec, ...place, beside: made }, opts));
  }
  return made;
}

/** Not inside the cluster: it is there before, and its container is to be removed with the lab. */
function createServer(settings: LabSettings, cluster: Cluster): DhcpServer | undefined {
  const lan = cluster.lans.find(({ link }) => link === settings.macvlanMaster) ?? cluster.lans[0];
  return lan === undefined
    ? undefined
    : new DhcpServer("dhcp-server", {
        stack: settings.stack,
        image: settings.nodeImage,
        lan,
        range: parseRange(settings.dhcpRange),
        leaseSeconds: settings.dhcpLease,
        fault: settings.dhcpFault,
      });
}

/** The plugin's own, and said all the same: a daemon with another command line is a new one, which knows of no lease. */
const tries = { timeoutSeconds: 10, resendMaxSeconds: 62, resendTimeoutSeconds: 208 } as const;

function createDaemon(settings: LabSettings, cluster: Cluster): CniDhcp {
  return new CniDhcp("cni-dhcp", { image: daemonImage(settings), ...tries }, inside(cluster, cluster.members));
}

function daemonImage({ dhcpRelease }: LabSettings): string {
  return dhcpRelease === "on" ? images.cniDhcpRelease : images.cniDhcp;
}

/** Whether pods on these networks can become ready at all, as far as it is known beforehand. */
function canRun(settings: LabSettings, cluster: Cluster): boolean {
  const { macvlanMaster } = settings;
  const links = cluster.lans.map(({ link }) => link);
  if (!links.includes(macvlanMaster)) {
    pulumi.log.warn(
      `macvlanMaster is ${macvlanMaster}, and the nodes are made with ${links.join(" and ")}: pods on a macvlan network hang unless something else makes that interface`,
    );
    return false;
  }
  return canWire(settings);
}

function multihomedPods(
  settings: LabSettings,
  plan: NetworksPlan,
  networks: readonly MacvlanNetwork[],
  awaited: boolean,
): ConstructorParameters<typeof Multihomed>[1] {
  const byName = (name: string) => networks.filter(({ spec }) => spec.network === name);
  const [leased] = plan.leased === undefined ? [] : byName(plan.leased);
  const daemon = settings.dhcpDaemon !== "off";
  return {
    image: images.probe,
    static: plan.static.flatMap(({ node, network, address }) =>
      byName(network).map((found) => ({ node, network: found, address, skipAwait: !awaited })),
    ),
    leased: leased && {
      network: leased,
      daemon,
      daemonImage: daemonImage(settings),
      skipAwait: !awaited || !daemon || settings.dhcpFault !== "none",
    },
  };
}
