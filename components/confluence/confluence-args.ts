import type * as pulumi from "@pulumi/pulumi";
import {
  anything,
  type FieldsOf,
  flag,
  group,
  kinds,
  list,
  number,
  oneOf,
  passed,
  plain,
  required,
  ruled,
  text,
} from "../args/fields";
import type { Inputs } from "../args/inputs";
import { type AttachableNetwork, attachableNetwork } from "../networks/attachable-network";
import type { Database, PodForm } from "./confluence-pods";
import type { Heap } from "./environment";
import { type ConfluenceIngress, ingressField } from "./ingress";
import type { Join } from "./join";
import { placementFields } from "./placement";
import type { ConfluenceSettings } from "./problems";

/** A secondary network of the pods, as `net1`. */
export interface ConfluenceNetwork {
  readonly network: AttachableNetwork;
  /** The image of the dhcp plugin's daemon, where it gives the addresses out: another one means other pods. @default not known */
  readonly daemonImage?: pulumi.Input<string>;
}

export interface ConfluenceArgs extends PodForm {
  /** Where the pods are. */
  readonly namespace: pulumi.Input<string>;
  /**
   * How many members. The vendor's image wants one until its set-up is finished, then one more at a time. Plain where
   * each has a Service of its own, as with `tcpIp` without `peers`.
   *
   * @default 1
   */
  readonly replicas?: pulumi.Input<number>;
  /** Members of another name are no members: they don't hear each other. @default "confluence-cluster" */
  readonly clusterName?: pulumi.Input<string>;
  /** How members find each other. */
  readonly join: Inputs<Join>;
  /** The interface by which members talk, for example "net1". @default Confluence's own choice */
  readonly interface?: pulumi.Input<string>;
  /** @default the CNI's alone */
  readonly network?: ConfluenceNetwork;
  /** A Data Center key, kept as a secret; the vendor's image needs one. @default none */
  readonly license?: pulumi.Input<string>;
  /** @default { minMiB: 1024, maxMiB: 1024 } */
  readonly heap?: Inputs<Heap>;
  readonly database: Database;
  /** @default none: browsers reach the members by what somebody else makes */
  readonly ingress?: ConfluenceIngress;
  /** What the stand-in alone knows: how often its safety job runs. The vendor's image does so every 30 s. @default the image's own */
  readonly standIn?: { readonly safetyIntervalSeconds: pulumi.Input<number> };
  /** Leave the pods' readiness to whoever looks at them: members that panic are never ready together. @default false */
  readonly skipAwait?: pulumi.Input<boolean>;
}

/** What the arguments may hold. */
export const confluenceFields = (args: ConfluenceArgs): FieldsOf<ConfluenceArgs> => ({
  namespace: required(passed(text)),
  image: required(text),
  replicas: hasServices(args?.join) ? plain(number) : number,
  clusterName: text,
  join: ruled(
    kinds("type", { multicast: { address: text, ttl: number }, tcpIp: { peers: list(text) }, kubernetes: {} }),
  ),
  interface: text,
  network: group({ network: required(attachableNetwork), daemonImage: text }),
  license: anything,
  heap: group({ minMiB: required(number), maxMiB: required(number) }),
  database: required(group({ url: required(anything), user: required(anything), password: required(anything) })),
  standIn: group({ safetyIntervalSeconds: required(number) }),
  skipAwait: flag,
  spread: oneOf("node", "none", "together"),
  livenessProbe: oneOf("off", "status"),
  probeDelaySeconds: group({ readiness: required(number), liveness: required(number) }),
  resources: anything,
  ...placementFields,
  nodeSelector: anything,
  env: list(group({ name: required(text), value: passed(text), valueFrom: anything })),
  ingress: ingressField,
  sharedHome: anything,
  localHome: anything,
});

/** Whether each member has a Service of its own: how many there are is how many members. */
function hasServices(join: Inputs<Join> | undefined): boolean {
  return join?.type === "tcpIp" && join.peers === undefined;
}

/** The values in force. */
export function confluenceSettings(args: pulumi.Unwrap<ConfluenceArgs>): ConfluenceSettings;
export function confluenceSettings(args: ConfluenceArgs): Inputs<ConfluenceSettings>;
export function confluenceSettings(args: ConfluenceArgs): Inputs<ConfluenceSettings> {
  return {
    image: args.image,
    replicas: args.replicas ?? 1,
    clusterName: args.clusterName ?? "confluence-cluster",
    join: args.join,
    interface: args.interface,
    hasNetwork: args.network !== undefined,
    hasLicense: args.license !== undefined,
    heap: args.heap ?? { minMiB: 1024, maxMiB: 1024 },
    site: args.ingress && {
      host: args.ingress.host,
      https: args.ingress.https ?? args.ingress.tlsSecret !== undefined,
    },
    env: args.env?.map(({ name }) => name),
    safetyIntervalSeconds: args.standIn?.safetyIntervalSeconds,
  };
}
