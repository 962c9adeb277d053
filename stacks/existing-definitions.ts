import { refusal } from "../components/cluster/run-here";
import { networkNames } from "../components/networks/names";
import { definitionsName } from "../components/networks/network-definitions";
import type { Problem } from "../lib/user-error";
import { askCluster } from "./kubeconfig";
import type { LabConfig } from "./schema";

type Wanted = Pick<LabConfig, "networks" | "multusDefinitions" | "confluence" | "confluenceNetwork">;

/** Prints `kind`, and below it each network as NAMESPACE/NAME; `no kind` where the cluster has none. */
const look = `
kind=$(k get customresourcedefinition ${definitionsName} --ignore-not-found --output name --request-timeout 30s) || exit
if [ -z "$kind" ]; then echo "no kind"; exit; fi
echo kind
k get ${definitionsName} --all-namespaces --request-timeout 30s \\
  --output 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{"\\n"}{end}'`;

/**
 * Goes on only where the cluster has what the settings take as there: the engine would say that it does not exist, and
 * not what to do.
 *
 * @throws pulumi.RunError with what is missing, and what there is
 */
export async function requireDefinitions(wanted: Wanted, kubeconfig: string): Promise<void> {
  if (!takesKind(wanted) && networkOf(wanted) === undefined) {
    return;
  }
  const problem = (said: string) => ({ field: "kubeconfig", rule: `the cluster can't be asked for networks: ${said}` });
  const missing = missingDefinitions(wanted, await askCluster(kubeconfig, look, problem));
  if (missing.length > 0) {
    throw refusal(missing);
  }
}

/**
 * What of that is missing.
 *
 * @param seen what the cluster has, as `look` prints it
 */
export function missingDefinitions(wanted: Wanted, seen: string): Problem[] {
  const [first, ...networks] = seen.trim().split("\n");
  if (first !== "kind" && first !== "no kind") {
    return [];
  }
  const noKind = `the cluster has no kind NetworkAttachmentDefinition (${definitionsName})`;
  if (first === "no kind" && takesKind(wanted)) {
    const fix = "set it to made, or install the kind that your Multus comes with";
    return [{ field: "multusDefinitions", value: "existing", rule: noKind, fix }];
  }
  const value = networkOf(wanted);
  if (value === undefined || networks.includes(value)) {
    return [];
  }
  const has = networks.length === 0 ? "no network" : networks.join(", ");
  return [
    {
      ...{ field: "confluenceNetwork", value },
      rule: first === "no kind" ? noKind : `is no NetworkAttachmentDefinition of the cluster, which has: ${has}`,
      fix: first === "no kind" ? "install Multus and the network" : "name one as NAMESPACE/NAME, or create this one",
    },
  ];
}

/** Whether Multus comes, and its kind is to be there. */
const takesKind = ({ networks, multusDefinitions }: Wanted): boolean =>
  multusDefinitions === "existing" && (networks ?? []).includes(networkNames.leased);

const networkOf = ({ confluence, confluenceNetwork }: Wanted): string | undefined =>
  confluence === "on" ? confluenceNetwork : undefined;
