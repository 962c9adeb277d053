import { z } from "zod";
import { cnis } from "../components/cni/registry";
import { type AtOnce, atOnceProblems } from "../components/cni/side-by-side";
import { networkNames } from "../components/networks/names";
import type { Problem } from "../lib/user-error";
import { oneOf } from "./rules";

const text = z.string().min(1);

/** A machine that ssh reaches, as `SshShell` takes it. */
const sshHost = z.strictObject({
  host: text,
  port: z.number().int().min(1).max(65_535).optional(),
  user: text.optional(),
  hostKey: text,
  identityFile: text.optional(),
});

const machine = z.strictObject({
  /** The node's name in Kubernetes. */
  name: text,
  /** By which the other nodes reach it. */
  address: text,
  /** Absent where it is reached through a pod. */
  ssh: sshHost.extend({ sudo: z.boolean().optional(), jump: sshHost.optional() }).optional(),
});

/** A node of a cluster that somebody has made, and how it is reached. */
export type Machine = z.infer<typeof machine>;

/** A list of such nodes. */
export const machinesFormat = z.array(machine).min(1);

const found = z.strictObject({
  cni: oneOf(cnis.map(({ id }) => id)),
  network: text,
  daemonSet: z.strictObject({ namespace: text, name: text }),
  conflist: text,
  networkName: text,
  objects: z.array(
    z.looseObject({
      apiVersion: text,
      kind: text,
      metadata: z.looseObject({ name: text, namespace: text.optional() }),
    }),
  ),
});

/** The keys of a stack on a cluster that somebody has made. `./lab adopt` writes them. */
export const existingConfig = {
  cluster: oneOf(["lab", "existing"])
    .default("lab")
    .describe("whether the lab makes the cluster, of containers, or takes one that is there"),
  kubeconfig: text
    .optional()
    .describe("an existing cluster's kubeconfig, of an administrator: the path of a file, or its text as a secret"),
  context: text.optional().describe("the context of that kubeconfig; default: its current one"),
  machines: json(machinesFormat, "must be a list of nodes, the control plane first, as ./lab adopt writes it")
    .optional()
    .describe("an existing cluster's nodes, and how each is reached"),
  shellImage: text
    .optional()
    .describe(
      "an image that all nodes of an existing cluster have: of the pods that run the nodes' own programs, such as those through which nodes without ssh are reached, and the dhcp plugin's daemon",
    ),
  probeImage: text
    .optional()
    .describe("the image of the pods through which ./lab check looks; default: the lab's own, where nodes have it"),
  nodeApiServer: text
    .optional()
    .describe("the URL of the API server as nodes reach it; default: that of the kubeconfig"),
  preflight: oneOf(["refuse", "tell", "off"])
    .default("refuse")
    .describe(
      "what becomes of what would go wrong in a swap on an existing cluster: it ends the update before anything is touched, is told, or is not looked for",
    ),
  imageArchive: text
    .optional()
    .describe(
      "an archive of images on this machine, as container engines save them: nodes of an existing cluster are given those of a CNI that they lack; default: they pull them",
    ),
  atOnce: z
    .string()
    .refine((value) => atOnceProblems("atOnce", atOnceOf(value)).length === 0, {
      error: "must be a number of nodes, or a part of them such as 10%, at most 50%",
    })
    .default("1")
    .describe(
      "how many nodes of an existing cluster a swap moves side by side: a number, or a part of them such as 10%",
    ),
  nodesPerResource: z.coerce
    .number<string>()
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe(
      "how many nodes of an existing cluster one resource of the stack stands for; with many nodes Pulumi is slow where each has its own",
    ),
  found: json(found, "must be what ./lab adopt has found")
    .optional()
    .describe("the CNI that an existing cluster had, with its objects"),
  otherCni: text
    .optional()
    .describe(
      "the name of a CNI that an existing cluster has and the lab does not swap: nothing of the cluster is touched, and cni must be none",
    ),
};

/** Whether a value of `kubeconfig` is its text, and not the path of a file. */
export function isKubeconfigText(value: string): boolean {
  return value.includes("\n") || value.trimStart().startsWith("{");
}

/** The number, or the part, that a text names. */
export function atOnceOf(value: string): AtOnce {
  return value.endsWith("%") ? (value as AtOnce) : Number(value);
}

/** A value that is written as YAML or JSON in the stack's file, and read as JSON. */
function json<Schema extends z.ZodType>(schema: Schema, rule: string) {
  return z.string().transform((value, context): z.output<Schema> => {
    const parsed = schema.safeParse(parse(value));
    if (parsed.success) {
      return parsed.data;
    }
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "" : `; ${issue.path.join(".")}: ${issue.message}`;
    context.addIssue({ code: "custom", message: `${rule}${where}` });
    return z.NEVER;
  });
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** What of those keys decides what else a stack needs. */
interface ExistingValues {
  readonly cluster: "lab" | "existing";
  readonly kubeconfig?: string;
  readonly machines?: readonly Machine[];
  readonly shellImage?: string;
}

/** Keys of what the lab makes itself: they mean nothing where somebody else has made the cluster. */
const labOnly: readonly string[] = [
  ...["nodes", "lanCidr", "nodeImage", "engine", "secondLan", "nodeNetwork", "machineId", "forwardPolicy"],
  ...["macvlanAddresses", "dhcpDaemon", "dhcpRelease", "dhcpFault", "dhcpLease", "dhcpRange"],
];

/** Keys of what is the lab's own choice on its clusters. */
const existingOnly: readonly string[] = ["multusDefinitions", "multusImage", "dhcpImage", "otherCni"];

/**
 * What is wrong with the keys that an existing cluster's stack sets, and does not set.
 *
 * @param set the keys that are not at their defaults
 */
export function existingKeyProblems({ cluster, ...config }: KeysOfExisting, set: readonly string[]): Problem[] {
  const idle = set
    .filter((key) => (cluster === "existing" ? labOnly : existingOnly).includes(key))
    .map((key) => ({
      field: key,
      rule: `has no effect where cluster is ${cluster}`,
      fix: `remove it with: pulumi config rm ${key}`,
    }));
  if (cluster !== "existing") {
    return idle;
  }
  const { confluence, networks } = config;
  return [
    ...idle,
    ...besideOther(config),
    ...(networks?.includes(networkNames.static)
      ? [
          {
            field: "networks",
            value: networkNames.static,
            rule: "has addresses of the lab's own: an existing cluster's LAN has others",
            fix: `leave it out; ${networkNames.leased} takes addresses of a DHCP server of the LAN`,
          },
        ]
      : []),
    ...(confluence === "on" && !set.includes("confluenceImage")
      ? [
          {
            field: "confluenceImage",
            rule: "must be set where cluster is existing: the default, the lab's own image, is in no registry",
            fix: "name one that the nodes have or can pull, such as atlassian/confluence, which wants a license",
          },
        ]
      : []),
  ];
}

/** What decides which other keys mean something. */
interface KeysOfExisting {
  readonly cluster: "lab" | "existing";
  readonly cni: string;
  readonly confluence: "on" | "off";
  readonly networks?: readonly string[];
  readonly found?: unknown;
  readonly otherCni?: string;
}

/** What would touch a cluster whose CNI is not the lab's to touch. */
function besideOther({ otherCni, cni, confluence, networks = [], found }: Omit<KeysOfExisting, "cluster">): Problem[] {
  if (otherCni === undefined) {
    return [];
  }
  const because = `where the cluster has ${otherCni}, which the lab does not swap; ./lab check works there`;
  return [
    ...(cni === "none" ? [] : [{ field: "cni", value: cni, rule: `must be none ${because}` }]),
    ...(confluence === "off" ? [] : [{ field: "confluence", value: confluence, rule: `must be off ${because}` }]),
    ...(networks.length === 0
      ? []
      : [{ field: "networks", value: networks.join(","), rule: `must not be set ${because}` }]),
    ...(found === undefined ? [] : [{ field: "found", rule: `must not be set ${because}` }]),
  ];
}

/** What an existing cluster lacks to be worked on. */
export function existingProblems({ cluster, kubeconfig, machines, shellImage }: ExistingValues): Problem[] {
  if (cluster !== "existing") {
    return [];
  }
  const fix = "let ./lab adopt write the stack's file";
  const missing = (field: string) => ({ field, rule: "must be set where cluster is existing", fix });
  const withoutSsh = machines?.filter(({ ssh }) => ssh === undefined) ?? [];
  return [
    ...(kubeconfig === undefined ? [missing("kubeconfig")] : []),
    ...(machines === undefined ? [missing("machines")] : []),
    ...(withoutSsh.length > 0 && shellImage === undefined
      ? [
          {
            field: "shellImage",
            rule: `must be set: ${withoutSsh.map(({ name }) => name).join(", ")} can only be reached through a pod`,
            fix: "name an image that the nodes have, such as that of the runtime's sandboxes",
          },
        ]
      : []),
  ];
}
