/** What names an object of the cluster. */
export interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** A pod that a swap may move. */
export interface PodFacts extends Named {
  readonly labels: Labels;
  /** Absent where it has none yet. */
  readonly node: string | null;
  /** What makes another one in its place; null where nothing does. */
  readonly owner: { readonly kind: string; readonly name: string; readonly uid: string } | null;
  readonly phase: string;
  readonly leaving: boolean;
  readonly hostNetwork: boolean;
  readonly hostPorts: readonly number[];
  readonly images: readonly string[];
  readonly graceSeconds: number;
}

export type Labels = Readonly<Record<string, string>>;

/** Which pods are meant, as Kubernetes has it. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** A PodDisruptionBudget, with what its controller has counted. */
export interface BudgetFacts extends Named {
  readonly selector: LabelSelector;
  /** How many of its pods may be away now, beside those that are. */
  readonly allowed: number;
  readonly healthy: number;
  readonly wanted: number;
  readonly expected: number;
}

/** A node, as the cluster knows it. */
interface NodeState {
  readonly name: string;
  /** Whether the kubelet says that its disk is full. */
  readonly pressed: boolean;
  readonly ready: boolean;
  readonly cordoned: boolean;
}

/** What the cluster tells of what runs on it. */
export interface ClusterFacts {
  readonly pods: readonly PodFacts[];
  /** The addresses of its Services. */
  readonly services: readonly string[];
  readonly budgets: readonly BudgetFacts[];
  readonly policies: readonly Named[];
  readonly nodes: readonly NodeState[];
}

/** Reads what the script has printed; undefined where it has not come to its end. */
export function readClusterFacts(text: string): ClusterFacts | undefined {
  const lines = text.trimEnd().split("\n");
  if (lines.pop() !== "seen") {
    return undefined;
  }
  const objects: readonly { readonly kind: string }[] = lines.map((line) => JSON.parse(line));
  const of = <Facts>(kind: string) => objects.filter((object) => object.kind === kind) as unknown as Facts[];
  return {
    pods: of<PodFacts>("Pod"),
    services: of<{ addresses: string[] }>("Service").flatMap(({ addresses }) => addresses),
    budgets: of<BudgetFacts>("PodDisruptionBudget"),
    policies: of<Named>("NetworkPolicy"),
    nodes: of<NodeState>("Node"),
  };
}

/** Whether a selector means a pod with these labels. An empty one means every pod. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
