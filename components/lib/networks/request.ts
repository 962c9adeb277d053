import { networkAnnotations, secondInterface } from "./names";

/** A network that a pod asks for. */
export interface NetworkRequest {
  readonly network: string;
  readonly namespace: string;
  /** The pod's address there, with its prefix. @default the network's choice */
  readonly address?: string;
}

/** The annotation of a pod that asks Multus for a second interface. */
export function requestAnnotation({ network, namespace, address }: NetworkRequest): Record<string, string> {
  const ips = address === undefined ? undefined : [address];
  return {
    [networkAnnotations.wanted]: JSON.stringify([{ name: network, namespace, interface: secondInterface, ips }]),
  };
}

/** What a pod on a DHCP network meets where no node has the plugin's daemon. */
export function daemonMissing(network: string): string {
  return `network ${network} gets its addresses by DHCP, and the dhcp plugin's daemon is switched off: its pods will hang in ContainerCreating, with "error dialing DHCP daemon"`;
}
