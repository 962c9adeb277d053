import { cniOf } from "../../components/cni/registry";
import type { Outputs } from "./outputs";

/** A container that a stack is made of. */
export interface Part {
  /** As people call it: `n1`, `the DHCP server`. */
  readonly name: string;
  readonly container: string;
}

/** What a stack has beside its nodes, by what its program tells. */
export function partsBeside(stack: string, { cni, dhcpServer }: Pick<Outputs, "cni" | "dhcpServer">): readonly Part[] {
  return [
    ...(dhcpServer === undefined ? [] : [{ name: "the DHCP server", container: dhcpServer.container }]),
    ...(cniOf(cni)?.containers?.(stack) ?? []),
  ];
}
