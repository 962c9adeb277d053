import type { Problem } from "../../../lib/user-error";
import { type ClusterFacts, type Named, type PodFacts, selects } from "./cluster-facts";
import type { Coming, Findings } from "./seen";

/** Images of what makes NetworkPolicies work with a CNI, and leaves with it. */
const policyImages = /(^|\/)(weave-npc|kube-router)([:@]|$)/;

/** What a swap does to pods, and to what counts on them. */
export function podFindings(coming: Coming, cluster: ClusterFacts | undefined): Findings {
  if (cluster === undefined) {
    return { problems: [], notes: [] };
  }
  const moved = coming.recreatePods ? cluster.pods.filter(isMoved) : [];
  const policies = policyFindings(coming, cluster);
  return {
    problems: [...bareProblems(moved), ...budgetProblems(moved, cluster), ...policies.problems],
    notes: [...singleNotes(moved), ...hostPortNotes(moved), ...policies.notes],
  };
}

/** Whether it has an address of the CNI that leaves. */
const isMoved = ({ hostNetwork, leaving, phase, node }: PodFacts) =>
  node !== null && !hostNetwork && !leaving && (phase === "Running" || phase === "Pending");

function bareProblems(moved: readonly PodFacts[]): Problem[] {
  const bare = moved.filter(({ owner }) => owner === null || owner.kind === "Node");
  return bare.length === 0
    ? []
    : [
        {
          field: "pods",
          rule: `nothing would recreate these, as they have no owner: ${listed(bare)}`,
          fix: "give them an owner, such as a Deployment, or delete them",
        },
      ];
}

/** A swap evicts pods, and would wait in vain for a budget that allows none. */
function budgetProblems(moved: readonly PodFacts[], { budgets }: ClusterFacts): Problem[] {
  return budgets
    .filter(({ allowed, expected }) => allowed < 1 && expected > 0)
    .filter(({ namespace, selector }) =>
      moved.some((pod) => pod.namespace === namespace && selects(selector, pod.labels)),
    )
    .map(({ namespace, name, healthy, wanted }) => ({
      field: `PodDisruptionBudget ${namespace}/${name}`,
      rule: `allows no pod to be moved: ${healthy} are healthy, and ${wanted} must be`,
      fix: "add a replica, wait until all are healthy, or change the budget for the time of the swap",
    }));
}

/** Who is alone is away while it is moved. */
function singleNotes(moved: readonly PodFacts[]): string[] {
  const isAlone = ({ owner }: PodFacts) =>
    owner !== null &&
    ["ReplicaSet", "StatefulSet", "ReplicationController"].includes(owner.kind) &&
    moved.filter((other) => other.owner?.uid === owner.uid).length === 1;
  const single = moved.filter(isAlone);
  if (single.length === 0) {
    return [];
  }
  const grace = Math.max(...single.map(({ graceSeconds }) => graceSeconds));
  return [
    `these have one replica, and are away while it is moved, from its end (at most ${grace} s) until the next one is Ready: ${listed(single)}`,
  ];
}

function hostPortNotes(moved: readonly PodFacts[]): string[] {
  const pods = moved.filter(({ hostPorts }) => hostPorts.length > 0);
  return pods.length === 0
    ? []
    : [`these answer at a port of their node (hostPort), which is closed while they are moved: ${listed(pods)}`];
}

function policyFindings({ title, needs }: Coming, { policies, pods }: ClusterFacts): Findings {
  if (policies.length === 0 || needs.enforcesPolicies) {
    return { problems: [], notes: [] };
  }
  const enforcer = pods.find(({ images }) => images.some((image) => policyImages.test(image)));
  const rule = `have no effect with ${title}: ${listed(policies)}`;
  return enforcer === undefined
    ? { problems: [], notes: [`NetworkPolicies ${rule}; nothing enforces them now either, as far as it is known`] }
    : {
        problems: [
          {
            field: "NetworkPolicies",
            rule: `${rule}; ${enforcer.namespace}/${enforcer.name} enforces them now`,
            fix: "delete them, or see to it that something else enforces them",
          },
        ],
        notes: [],
      };
}

/** How many objects a sentence names. */
const mostNamed = 8;

function listed(objects: readonly Named[]): string {
  const names = objects.map(({ namespace, name }) => `${namespace}/${name}`).sort();
  const rest = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(", ")}${rest > 0 ? `, and ${rest} more` : ""}`;
}
