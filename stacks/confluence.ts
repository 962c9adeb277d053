import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "../components/cluster/node-access";
import { Confluence } from "../components/confluence/confluence";
import type { ConfluenceArgs, ConfluenceNetwork } from "../components/confluence/confluence-args";
import type { Join } from "../components/confluence/join";
import { confluenceNames } from "../components/confluence/names";
import { Postgres } from "../components/confluence/postgres";
import { isVendorImage } from "../components/confluence/problems";
import { ExistingNetwork } from "../components/networks/existing-network";
import { MacvlanNetwork } from "../components/networks/macvlan-network";
import { networkNames, secondInterface } from "../components/networks/names";
import { daemonMissing } from "../components/networks/request";
import { labels } from "../lib/labels";
import { images } from "../lib/versions";
import type { LabSettings } from "./config";
import { canWire } from "./faults";
import { type AnyCluster, inside } from "./inside";
import type { BuiltNetworks } from "./networks";

/** Of kubeadm's nodes that run the control plane. */
const controlPlaneTaint = "node-role.kubernetes.io/control-plane";

/** Networks that members may be on, as net1. */
type MembersNetworks = Pick<BuiltNetworks, "ready"> & {
  /** One that members get a definition of their own of. */
  readonly leased?: BuiltNetworks["leased"];
  /** One that they take as it is. */
  readonly asIs?: ConfluenceNetwork;
};

/**
 * Builds Confluence and its database; nothing where it is not asked for.
 *
 * @param cluster its first node has the database's data
 * @param ready what pods need before they have the CNI's network
 */
export function buildConfluence(
  settings: LabSettings,
  cluster: AnyCluster & { readonly nodes: readonly ReachableNode[] },
  ready: readonly pulumi.Resource[],
  networks: MembersNetworks,
): void {
  // The node that a stack has whatever its number of nodes: data on it stay when others go.
  const [node] = cluster.nodes;
  if (settings.confluence === "off" || node === undefined) {
    return;
  }
  const parts = pods(settings);
  const namespace = new k8s.core.v1.Namespace(
    "confluence-namespace",
    { metadata: { name: confluenceNames.namespace, labels: labels(confluenceNames.name, "confluence") } },
    inside(cluster, ready),
  );
  const place = { namespace: namespace.metadata.name };
  const database = new Postgres(
    "postgres",
    {
      ...place,
      node,
      image: settings.postgresImage ?? (settings.cluster === "lab" ? images.postgres : undefined),
      // It may be one of the control plane, which is closed to others on most clusters.
      ...(settings.cluster === "lab" ? {} : { tolerations: [{ key: controlPlaneTaint, operator: "Exists" }] }),
      maxConnections: parts.maxConnections,
      skipAwait: !canWire(settings),
    },
    inside(cluster, [...ready, namespace]),
  );

  const onSecond = settings.interface === secondInterface;
  const asIs = existingNetwork(settings, inside(cluster, ready)) ?? (onSecond ? networks.asIs : undefined);
  const leased = onSecond && asIs === undefined ? networks.leased : undefined;
  const own = leased && {
    network: createNetwork(leased.network, place, inside(cluster, [...networks.ready, namespace])),
    daemonImage: leased.daemonImage,
  };
  const network = own ?? asIs;
  if (own !== undefined && settings.dhcpDaemon === "off") {
    pulumi.log.warn(daemonMissing(networkNames.leased));
  }
  new Confluence(
    "confluence",
    {
      ...place,
      ...parts.args,
      replicas: settings.replicas,
      clusterName: settings.clusterName,
      join: joinOf(settings),
      interface: settings.interface,
      network,
      ingress: ingressOf(settings),
      spread: settings.spread,
      livenessProbe: settings.livenessProbe,
      license: settings.license === undefined ? undefined : pulumi.secret(settings.license),
      database,
      // Members that panic, which a lab may be about, are never ready together: the checks judge.
      skipAwait: true,
    },
    inside(cluster, [...(network === undefined ? ready : networks.ready), namespace, database.ready]),
  );
}

/** The network of somebody's that members are on; undefined where they are on none. */
function existingNetwork(
  { confluenceNetwork }: LabSettings,
  opts: pulumi.ComponentResourceOptions,
): ConfluenceNetwork | undefined {
  const [namespace, network] = confluenceNetwork?.split("/") ?? [];
  return namespace === undefined || network === undefined
    ? undefined
    : { network: new ExistingNetwork("confluence-network", { namespace, network }, opts) };
}

function ingressOf({ ingressHost, ingressClass, ingressTlsSecret }: LabSettings): ConfluenceArgs["ingress"] {
  return ingressHost === undefined
    ? undefined
    : { host: ingressHost, className: ingressClass, tlsSecret: ingressTlsSecret };
}

/**
 * The same network for pods that talk to Services too: its definition asks the DHCP server for no router. With a default
 * route by net1 beside the CNI's, whatever is for a Service would leave by the LAN, the question for a name first of all.
 */
function createNetwork(
  { spec: { network, master } }: MacvlanNetwork,
  { namespace }: { readonly namespace: pulumi.Input<string> },
  opts: pulumi.ComponentResourceOptions,
): MacvlanNetwork {
  const ipam = { type: "dhcp", skipDefault: true, request: ["subnet-mask"] } as const;
  return new MacvlanNetwork("confluence-network", { network, master, ipam, namespace }, opts);
}

/** What the image decides. */
function pods({ confluenceImage: image, safetyInterval }: LabSettings): {
  readonly args: Pick<ConfluenceArgs, "image" | "heap" | "resources" | "probeDelaySeconds" | "standIn">;
  readonly maxConnections?: number;
} {
  return isVendorImage(image)
    ? // The vendor's figures are the component's own; it takes minutes to start.
      { args: { image, probeDelaySeconds: { readiness: 10, liveness: 300 } }, maxConnections: 250 }
    : {
        args: {
          image,
          heap: { minMiB: 24, maxMiB: 64 },
          resources: { requests: { cpu: "100m", memory: "130Mi" }, limits: { memory: "224Mi" } },
          probeDelaySeconds: { readiness: 2, liveness: 20 },
          standIn: { safetyIntervalSeconds: safetyInterval },
        },
      };
}

function joinOf({ join: type, multicastAddress, multicastTtl }: LabSettings): Join {
  return type === "multicast" ? { type, address: multicastAddress, ttl: multicastTtl } : { type };
}
