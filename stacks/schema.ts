import { z } from "zod";
import { engineChoices } from "../components/cluster/engine/engines";
import { maxNodes } from "../components/cluster/lan";
import { defaultPodNetwork } from "../components/cluster/pod-network";
import { cniNames, cniOf, cniSecrets } from "../components/cni/registry";
import { parseCidr } from "../lib/cidr";
import { type Problem, UserError } from "../lib/user-error";
import { overlapProblems } from "./cluster-networks";
import { cniConfig } from "./cni-schema";
import { confluenceConfig, confluenceConfigProblems } from "./confluence-schema";
import { existingConfig, existingKeyProblems, existingProblems, isKubeconfigText } from "./existing-schema";
import { faultConfig } from "./fault-schema";
import { networkConfig, networkConfigProblems } from "./network-schema";
import { cidr, oneOf } from "./rules";

/** Every config key of a lab's stack, with its rule and its default. The only list of them. */
export const labConfig = z.strictObject({
  cni: oneOf(cniNames).default("flannel").describe("the CNI that carries the pods' traffic"),
  nodes: z
    .string()
    .regex(new RegExp(`^[1-${maxNodes}]$`), { error: `must be a whole number from 1 to ${maxNodes}` })
    .transform(Number)
    .default(3)
    .describe("how many nodes the cluster has; n1 is the control plane and runs pods too"),
  lanCidr: z
    .string()
    .refine((text) => parseCidr(text)?.prefix === 24, {
      error: "must be an IPv4 network with the prefix /24, for example 172.28.7.0/24",
    })
    .optional()
    .describe("the nodes' LAN; default: 172.28.N.0/24, where N comes from the stack's name"),
  podCidr: cidr(22, defaultPodNetwork).default(defaultPodNetwork).describe("the pod network (pod CIDR) with Flannel"),
  serviceCidr: cidr(24, "10.96.0.0/12").default("10.96.0.0/12").describe("the Service network (Service CIDR)"),
  ...cniConfig,
  ...networkConfig,
  ...confluenceConfig,
  ...faultConfig,
  engine: oneOf(engineChoices)
    .default("auto")
    .describe("the container engine that runs the nodes; auto takes the one that has them, or the first that answers"),
  ...existingConfig,
  nodeImage: z.string().min(1).optional().describe("the image of the nodes; default: the one that this version builds"),
});

/** The settings of a stack, complete and in force. */
export type LabConfig = z.infer<typeof labConfig>;

/**
 * Reads the settings of a stack from their text form, as they stand in the stack's config.
 *
 * @throws UserError that names every wrong key and value at once.
 */
export function parseLabConfig(values: Readonly<Record<string, string>>): LabConfig {
  const parsed = labConfig.safeParse(values);
  if (!parsed.success) {
    throw new UserError(parsed.error.issues.flatMap((issue) => describeIssue(issue, values)));
  }
  // Its LANs, and their addresses, are somebody else's.
  const isExisting = parsed.data.cluster === "existing";
  const problems = [
    ...existingProblems(parsed.data),
    ...existingKeyProblems(parsed.data, changedKeys(parsed.data)),
    ...overlapProblems(isExisting ? { ...parsed.data, networks: [] } : parsed.data),
    ...(cniOf(parsed.data.cni)?.problems?.(parsed.data) ?? []),
    ...(isExisting ? [] : networkConfigProblems(parsed.data)),
    ...confluenceConfigProblems({ ...parsed.data, nodes: parsed.data.machines?.length ?? parsed.data.nodes }),
  ];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
  return parsed.data;
}

/**
 * The keys that are not at their defaults. Which of them a stack's file sets can't be told: Pulumi hands the defaults of
 * Pulumi.yaml over as if they stood there.
 */
function changedKeys(config: LabConfig): string[] {
  const defaults: Readonly<Record<string, unknown>> = labConfig.parse({});
  return Object.entries(config)
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]))
    .map(([key]) => key);
}

/** The names of all config keys, in the order of their list. */
export const configKeys: readonly string[] = Object.keys(labConfig.shape);

/** Keys whose values are always secrets. */
const secretKeys: readonly string[] = [...cniSecrets, "license"];

/** Whether a key's value is a secret: it reaches the stack's file encrypted, by `pulumi config set --secret`, or not at all. */
export function isSecret(key: string, value: string): boolean {
  return secretKeys.includes(key) || (key === "kubeconfig" && isKubeconfigText(value));
}

function describeIssue(issue: z.core.$ZodIssue, values: Readonly<Record<string, string>>): Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: `config key ${key}`,
      rule: `is not known; the keys are: ${configKeys.join(", ")}`,
      fix: `remove it with: pulumi config rm ${key}`,
    }));
  }
  const key = issue.path.map(String).join(".");
  return [{ field: key, value: values[key], rule: issue.message, fix: `set it with: pulumi config set ${key} VALUE` }];
}
