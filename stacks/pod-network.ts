import type { CniName, LabConfig } from "./schema";

/** The key that holds the pods' network with each CNI. */
const keys = {
  flannel: "podCidr",
  weave: "weaveRange",
  "flannel-etcd": "flannelEtcdRange",
  none: undefined,
} as const satisfies Readonly<Record<CniName, keyof LabConfig | undefined>>;

type PodNetworkKey = NonNullable<(typeof keys)[CniName]>;

/** The network that pods have addresses of, with the CNI that is chosen; undefined with none. */
export function podNetworkOf(config: Pick<LabConfig, "cni" | PodNetworkKey>): string | undefined {
  const key = keys[config.cni];
  return key === undefined ? undefined : config[key];
}
