import { anything, group, list, oneOf, plain, required, text } from "../args/fields";
import type { KubernetesObject } from "./kubernetes-object";
import { type CniId, cnis, definitionOf } from "./registry";
import type { FoundMarks } from "./swap/names";
import type { Residue } from "./swap/residue";

/** A CNI that a cluster had before the lab, whoever has installed it. */
export interface FoundCni {
  readonly cni: CniId;
  /** The network of its pods. */
  readonly network: string;
  readonly daemonSet: { readonly namespace: string; readonly name: string };
  /** Its file in the folder of the conflists, and the name inside that file. */
  readonly conflist: string;
  readonly networkName: string;
  /** All of its objects, in the order in which they are made: without what the API server adds to them. */
  readonly objects: readonly KubernetesObject[];
}

const word = required(plain(text));

/** Such a CNI among the arguments of a component. */
export const foundField = group({
  cni: required(plain(oneOf(...cnis.map(({ id }) => id)))),
  network: word,
  daemonSet: required(group({ namespace: word, name: word })),
  conflist: word,
  networkName: word,
  objects: required(list(anything)),
});

/** What it leaves on a node. */
export function foundResidue({ cni, network, daemonSet, conflist, networkName }: FoundCni): Residue {
  const usual = definitionOf(cni).residue(network);
  return { ...usual, daemonSet, conflist, networkName };
}

/** What the scripts of a swap are told of it, as its DaemonSet bears no marks. */
export function foundMarks({ cni, network, daemonSet, conflist }: FoundCni): FoundMarks {
  return { ...daemonSet, cni, network, conflist };
}
