import { z } from "zod";
import { isMulticast } from "../components/confluence/join";
import { isVendorImage } from "../components/confluence/problems";
import { addressProblems } from "../components/confluence/site-address";
import { networkNames, secondInterface } from "../components/networks/names";
import type { Problem } from "../lib/user-error";
import { images } from "../lib/versions";
import type { NetworkConfig } from "./network-schema";
import { oneOf, onOff } from "./rules";

/** A whole number within limits. */
const whole = (first: number, last: number, unit = "") =>
  z
    .string()
    .refine((text) => /^(0|[1-9]\d{0,8})$/.test(text) && Number(text) >= first && Number(text) <= last, {
      error: `must be a whole number${unit} from ${first} to ${last}`,
    })
    .transform(Number);

const imageName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, { error: "must be the name of an image" });

/** The keys of Confluence and its database. */
export const confluenceConfig = {
  confluence: onOff("off").describe("whether Confluence and its database are deployed"),
  replicas: whole(0, 9).default(2).describe("how many replicas Confluence has, each a member of its cluster"),
  join: oneOf(["multicast", "tcpIp", "kubernetes"])
    .default("multicast")
    .describe("how the members of Confluence's cluster join: how they find each other"),
  multicastAddress: z
    .string()
    .refine(isMulticast, { error: "must be an IPv4 address from 224.0.0.0 to 239.255.255.255, for example 230.0.0.1" })
    .default("230.0.0.1")
    .describe("the multicast group by which members find each other, with join multicast"),
  multicastTtl: whole(0, 255).default(1).describe("the TTL of the members' multicast packets, with join multicast"),
  interface: oneOf(["eth0", secondInterface])
    .default("eth0")
    .describe(`the interface that members use between each other: the CNI's, or the one on ${networkNames.leased}`),
  spread: oneOf(["node", "none", "together"])
    .default("node")
    .describe("where members run: each on its own node, wherever the scheduler chooses, or all on one node"),
  livenessProbe: oneOf(["off", "status"])
    .default("off")
    .describe("whether a member that does not report itself healthy is restarted"),
  safetyInterval: whole(1, 60, " of seconds")
    .default(10)
    .describe("how often Confluence's stand-in compares its safety number with the database's, in seconds"),
  clusterName: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
      error: "must be 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit",
    })
    .default("confluence-cluster")
    .describe("the name of Confluence's cluster: only members with the same name join it"),
  confluenceImage: imageName
    .default(images.confluenceNode)
    .describe("the image of Confluence: the lab's stand-in, or the vendor's atlassian/confluence"),
  confluenceNetwork: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, {
      error: "must be NAMESPACE/NAME of a NetworkAttachmentDefinition, for example default/macvlan-conf",
    })
    .optional()
    .describe(
      `a secondary network that is there, which members get as ${secondInterface}: NAMESPACE/NAME; default: none`,
    ),
  postgresImage: imageName
    .optional()
    .describe(
      "the image of Confluence's database; default: the lab's own, or postgres of Docker Hub on an existing cluster",
    ),
  ingressHost: z
    .string()
    .refine((host) => addressProblems({ host, https: false }).length === 0, {
      error: "must be a DNS name in lower case, for example wiki.example.com",
    })
    .optional()
    .describe("the name under which an Ingress leads browsers to Confluence; default: no Ingress"),
  ingressClass: z.string().min(1).optional().describe("the class of that Ingress; default: the cluster's default one"),
  ingressTlsSecret: z
    .string()
    .min(1)
    .optional()
    .describe("the Secret with that Ingress's certificate, in Confluence's namespace; default: none, and http"),
  license: z
    .string()
    .min(1, { error: "must not be empty" })
    .optional()
    .describe("a Data Center license for the vendor's image; a secret; default: none"),
};

/** The settings of Confluence, complete and in force. */
export type ConfluenceConfig = z.infer<z.ZodObject<typeof confluenceConfig>>;

/** What of Confluence's settings is wrong together, and with the cluster's. */
export function confluenceConfigProblems(
  config: ConfluenceConfig & Pick<NetworkConfig, "networks"> & { readonly nodes: number },
): Problem[] {
  const { confluence, interface: link, networks, replicas, spread, nodes, confluenceImage, license } = config;
  const problems: Problem[] = (["ingressClass", "ingressTlsSecret"] as const)
    .filter((key) => config[key] !== undefined && config.ingressHost === undefined)
    .map((key) => ({ field: key, rule: "has no effect without ingressHost", fix: "set ingressHost, or leave it out" }));
  if (link === secondInterface && config.confluenceNetwork === undefined && !networks?.includes(networkNames.leased)) {
    problems.push({
      field: "interface",
      value: link,
      rule: `is on the network ${networkNames.leased}, and networks does not name it`,
      fix: `set it with: pulumi config set networks ${[...(networks ?? []), networkNames.leased].join(",")}`,
    });
  }
  if (confluence === "on" && spread === "node" && replicas > nodes) {
    problems.push({
      field: "replicas",
      value: String(replicas),
      rule: `must not exceed the number of nodes (${nodes}) with spread node`,
      fix: "set fewer replicas, more nodes, or another spread",
    });
  }
  if (confluence === "on" && isVendorImage(confluenceImage) && license === undefined) {
    problems.push({
      field: "license",
      rule: `is not set, and ${confluenceImage} does not start a cluster without a licence`,
      fix: "set it with: pulumi config set --secret license",
    });
  }
  return problems;
}
