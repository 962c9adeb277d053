import type { Check } from "../../checks/language/check";
import { roleLabel } from "../../components/networks/names";
import { nodeNetwork } from "./evidence";
import { astrayByRoutes, podsLookedAt } from "./routes";
import { withNetworks } from "./second-network";

const all = /^[\s\S]*$/;

/**
 * A pod with a second interface still reaches the cluster by eth0: kube-proxy's rules are on its node, and nobody knows
 * them on the network of net1. It is looked at from the node, so that a pod needs no program for it. The lab's own pods
 * are left out: their default route by net1 is the networks' of the lab `multihomed`, which tells what becomes of it.
 */
export const clusterByEth0: Check = {
  id: "cluster-by-eth0",
  title: "Pods send what is for Services and for other pods by eth0, whatever secondary networks they have",
  subjects: "node",
  when: withNetworks,
  steps: [
    {
      id: "pods",
      at: "kubectl",
      run: [
        ...[
          "get",
          "pods",
          "-A",
          "-l",
          `!${roleLabel}`,
          "--field-selector",
          "status.phase=Running",
          "--no-headers",
          "-o",
        ],
        "custom-columns=A:.metadata.namespace,B:.metadata.name,C:.status.podIP,D:.spec.hostNetwork",
      ],
    },
    {
      id: "services",
      at: "kubectl",
      run: ["get", "services", "-A", "--no-headers", "-o", "custom-columns=A:.spec.clusterIP"],
    },
    {
      id: "namespaces",
      at: "node",
      run: [
        "sh",
        "-c",
        // A pod may go while it is looked at.
        'cd /run/netns && for n in *; do echo "netns $n"; ip -n "$n" -4 -o address show dev eth0; ip -n "$n" -4 route show; done 2>/dev/null; true',
      ],
    },
  ],
  read: {
    astray: { from: ["pods", "services", "namespaces"], pattern: all, as: astrayByRoutes },
    pods: { from: ["pods", "services", "namespaces"], pattern: all, as: podsLookedAt },
  },
  expect: [
    // The probe pods are there on every node: to have looked at none is to have seen nothing.
    { value: "pods", matches: /^[1-9]/ },
    { value: "astray", equals: "none" },
  ],
  timing: { bySeconds: 10, everySeconds: 2 },
  says: {
    holds: "all {value.pods} pods of {node} that were looked at send what is for the cluster by eth0",
    fails:
      "of {value.pods} pods on {node} these send what is for the cluster by another interface, and nobody answers there: {value.astray}; let their network's routes name only what lies behind it, or put the plugin sbr behind macvlan",
  },
  evidence: [...nodeNetwork("")],
};
