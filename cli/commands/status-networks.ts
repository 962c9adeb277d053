import { z } from "zod";
import type { ClusterAccess } from "../../checks/engine/access";
import { networkDaemons } from "../../components/networks/names";
import { probeNames } from "../../components/probe/probe-names";
import type { PartContainer } from "../../driver/stack/containers";
import { parseJson } from "../../lib/json";

/** The networks of a stack besides its CNI's, and what serves them. */
export interface NetworksStatus {
  readonly networks: readonly NetworkStatus[];
  /** Pods of Multus; undefined where there is no Multus. */
  readonly multus?: { readonly ready: number; readonly total: number };
  readonly dhcpServer?: PartContainer;
}

interface NetworkStatus {
  readonly name: string;
  readonly type: string;
  readonly master?: string;
  /** How its pods get their addresses: `host-local`, `dhcp`, `static`. */
  readonly ipam?: string;
}

const definitions = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ config: z.string().optional() }) }),
  ),
});
const daemonSet = z.object({
  status: z.object({ desiredNumberScheduled: z.number(), numberReady: z.number() }),
});

interface CniConf {
  readonly type: string;
  readonly master: string;
  readonly ipam: { readonly type?: string };
}

/** Asks a cluster for its networks; a cluster without Multus does not know the question, and has none. */
export async function lookAtNetworks(
  access: ClusterAccess,
  dhcpServer: PartContainer | undefined,
): Promise<NetworksStatus> {
  const ask = async (...args: readonly string[]): Promise<unknown> => {
    const ran = await access.kubectl([...args, "--request-timeout=5s", "--output=json"], { timeoutMs: 8_000 });
    return ran.exitCode === 0 ? parseJson(ran.stdout) : undefined;
  };
  const [networks, multus] = await Promise.all([
    ask("get", "--namespace", probeNames.namespace, "network-attachment-definitions"),
    ask("get", "--namespace", networkDaemons.namespace, "daemonset", networkDaemons.multus),
  ]);
  const status = daemonSet.safeParse(multus).data?.status;
  return {
    networks: (definitions.safeParse(networks).data?.items ?? []).map(({ metadata, spec }) => {
      const conf = parseJson<CniConf>(spec.config);
      return { name: metadata.name, type: conf?.type ?? "?", master: conf?.master, ipam: conf?.ipam?.type };
    }),
    ...(status === undefined ? {} : { multus: { ready: status.numberReady, total: status.desiredNumberScheduled } }),
    ...(dhcpServer === undefined ? {} : { dhcpServer }),
  };
}

/** The networks in a line; nothing where a stack has none. */
export function describeNetworks({ networks, multus, dhcpServer }: NetworksStatus): string[] {
  const parts = [
    ...(multus === undefined ? [] : [`Multus ${multus.ready}/${multus.total} ready`]),
    ...networks.map(({ name, type, master, ipam }) => {
      const on = master === undefined ? "" : ` on ${master}`;
      return `${name} (${type}${on}${ipam === undefined ? "" : `, ${ipam}`})`;
    }),
    ...(dhcpServer === undefined
      ? []
      : [`DHCP server ${dhcpServer.container}${dhcpServer.running ? "" : " (stopped)"}`]),
  ];
  return parts.length === 0 ? [] : [parts.join(", ")];
}
