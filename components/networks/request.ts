import { networkAnnotations, secondInterface } from "./names";

/** A network that a pod asks for. */
export interface NetworkRequest {
  readonly name: string;
  readonly namespace: string;
  /** The pod's address there, with its prefix. @default the network's choice */
  readonly address?: string;
}

/** The annotation of a pod that asks Multus for a second interface. */
export function requestAnnotation({ name, namespace, address }: NetworkRequest): Record<string, string> {
  const ips = address === undefined ? undefined : [address];
  return {
    [networkAnnotations.wanted]: JSON.stringify([{ name, namespace, interface: secondInterface, ips }]),
  };
}

/** A network that pods are on, with what of it they have to be made anew for. */
export interface Attachment extends NetworkRequest {
  /** The network's CNI configuration. @default not known */
  readonly config?: string;
  /** The image of the dhcp plugin's daemon, which renews only what it has leased itself. @default not known */
  readonly daemonImage?: string;
}

/** The annotations of such pods. A pod keeps the interface that it was made with: another network, or daemon, has to mean another pod. */
export function attachmentAnnotations({ config, daemonImage, ...request }: Attachment): Record<string, string> {
  const known = [config, daemonImage].filter((part) => part !== undefined);
  return {
    ...requestAnnotation(request),
    ...(known.length === 0 ? {} : { "cni-lab/config": known.join(" ") }),
  };
}

/** What a pod on a DHCP network meets where no node has the plugin's daemon. */
export function daemonMissing(network: string): string {
  return `network ${network} gets its addresses by DHCP, and the dhcp plugin's daemon is switched off: its pods will hang in ContainerCreating, with "error dialing DHCP daemon"`;
}
