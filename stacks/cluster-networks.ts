import { type NodeNetwork, natNetwork } from "../components/cluster/node-state/vagrant";
import { podNetworkKeys } from "../components/cni/registry";
import { type networkNames, networkSubnets } from "../components/networks/names";
import { type Cidr, overlaps, parseCidr } from "../lib/cidr";
import type { Problem } from "../lib/user-error";

/** The keys of the networks that a cluster is made with, CNIs in force or not: a swap may bring each. The only list. */
const networkKeys: readonly string[] = [...new Set(["lanCidr", "podCidr", "serviceCidr", ...podNetworkKeys])];

/** What of a stack's config says which networks it has. */
export type NetworkValues = Readonly<Record<string, unknown>> & {
  /** The macvlan networks; their addresses are the lab's own. */
  readonly networks?: readonly (typeof networkNames)[keyof typeof networkNames][];
  readonly nodeNetwork?: NodeNetwork;
};

/** A network of a stack, by the key that sets it or by a name of its own. */
interface StackNetwork {
  readonly key?: string;
  readonly name: string;
  readonly cidr: Cidr;
}

/** All networks of a stack: routes and kube-proxy's rules know them by their addresses alone. */
function networksOf({ networks = [], nodeNetwork, ...config }: NetworkValues): StackNetwork[] {
  const known = (name: string, text: unknown, key?: string): StackNetwork[] => {
    const cidr = typeof text === "string" ? parseCidr(text) : undefined;
    return cidr === undefined ? [] : [{ key, name, cidr }];
  };
  return [
    ...networkKeys.flatMap((key) => known(key, config[key], key)),
    ...networks.flatMap((name) => known(`the network ${name}`, networkSubnets[name])),
    ...(nodeNetwork === "vagrant" ? known("the NAT of the nodes' eth0", natNetwork) : []),
  ];
}

/** Networks of a stack that share addresses. One of the two has a key: what is the lab's own keeps clear of itself. */
export function overlapProblems(config: NetworkValues): Problem[] {
  const networks = networksOf(config);
  return networks.flatMap((a, i) =>
    networks.slice(i + 1).flatMap((b) => {
      const [set, other] = b.key === undefined ? [a, b] : [b, a];
      return set.key === undefined || !overlaps(a.cidr, b.cidr)
        ? []
        : [
            {
              field: set.key,
              value: set.cidr.text,
              rule: `must not overlap with ${other.name} (${other.cidr.text})`,
              fix: "choose two networks that share no address",
            },
          ];
    }),
  );
}
