import { z } from "zod";
import { maxNodes } from "../components/cluster/lan";
import { flannelIface, ifaceProblems } from "../components/cni/flannel/iface";
import { parseCidr } from "../lib/cidr";
import { oneOf } from "../lib/rules";
import { type Problem, UserError } from "../lib/user-error";
import { overlapProblems } from "./cluster-networks";
import { confluenceConfig, confluenceConfigProblems } from "./confluence-schema";
import { faultConfig } from "./fault-schema";
import { networkConfig, networkConfigProblems } from "./network-schema";

const cidr = (longest: number, use: string) =>
  z.string().refine(
    (text) => {
      const network = parseCidr(text);
      return network !== undefined && network.prefix <= longest;
    },
    { error: `must be an IPv4 network with a prefix of at most /${longest}, for example ${use}` },
  );

/** The values of `cni`. */
export const cniNames = ["flannel", "weave", "flannel-etcd", "none"] as const;

/** A value of `cni`. */
export type CniName = (typeof cniNames)[number];

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
    .describe("the lab's LAN; default 172.28.N.0/24 with N from the stack's name"),
  podCidr: cidr(22, "10.244.0.0/16").default("10.244.0.0/16").describe("the network of the pods on Flannel"),
  serviceCidr: cidr(24, "10.96.0.0/12").default("10.96.0.0/12").describe("the network of the Services"),
  flannelBackend: oneOf(["vxlan", "host-gw"]).default("vxlan").describe("how flannel carries packets between nodes"),
  flannelIface: flannelIface
    .default("default-route")
    .describe("how flannel finds the node's interface, or the address to announce"),
  flannelEtcdRange: cidr(12, "80.0.0.0/8")
    .default("80.0.0.0/8")
    .describe("the network of the pods on flannel-etcd; each node gets a /16 of it"),
  weaveRange: cidr(22, "10.32.0.0/12")
    .default("10.32.0.0/12")
    .describe("the network that Weave gives the pods' addresses out of"),
  weaveMtu: z
    .string()
    .refine((text) => /^[1-9]\d{2,4}$/.test(text) && Number(text) >= 576 && Number(text) <= 65535, {
      error: "must be a whole number from 576 to 65535",
    })
    .transform(Number)
    .optional()
    .describe("the largest packet of a pod on Weave, in bytes, for nodes that are new to Weave; default: Weave's own"),
  weavePassword: z
    .string()
    .min(1, { error: "must not be empty" })
    .optional()
    .describe("encrypts what travels between nodes on Weave; a secret; default: not encrypted"),
  ...networkConfig,
  ...confluenceConfig,
  ...faultConfig,
  nodeImage: z.string().min(1).optional().describe("the image of the nodes; written by ./lab"),
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
  const problems = [
    ...overlapProblems(parsed.data),
    ...ifaceProblems(parsed.data),
    ...networkConfigProblems(parsed.data),
    ...confluenceConfigProblems(parsed.data),
  ];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
  return parsed.data;
}

/** The names of all config keys, in the order of their list. */
export const configKeys: readonly string[] = Object.keys(labConfig.shape);

/** Keys whose values are secrets: they reach the stack's file encrypted, by `pulumi config set --secret`, or not at all. */
export const secretKeys: readonly string[] = ["weavePassword", "license"];

function describeIssue(issue: z.core.$ZodIssue, values: Readonly<Record<string, string>>): Problem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: `config key ${key}`,
      rule: `is not known; the keys are: ${configKeys.join(", ")}`,
      mend: `remove it with: pulumi config rm ${key}`,
    }));
  }
  const key = issue.path.map(String).join(".");
  return [{ field: key, value: values[key], rule: issue.message, mend: `set it with: pulumi config set ${key} VALUE` }];
}
