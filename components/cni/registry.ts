import type { CniDefinition } from "./definition";
import { flannel } from "./flannel/definition";
import { flannelEtcd } from "./flannel-etcd/definition";
import type { ValuesOf } from "./setting";
import type { Company } from "./swap/arrive-script";
import type { Residue } from "./swap/residue";
import { weave } from "./weave/definition";

/** All CNIs, in the order in which they are listed. The only list: a new one is a folder beside this file and a line here. */
const definitions = [flannel, weave, flannelEtcd] as const;

type Definition = (typeof definitions)[number];

/** The id of a CNI. */
export type CniId = Definition["id"];

/** A value of the config key `cni`. */
export type CniName = CniId | "none";

/** All CNIs. */
export const cnis: readonly CniDefinition<CniId>[] = definitions;

/** The values of the config key `cni`. */
export const cniNames: readonly CniName[] = [...cnis.map(({ id }) => id), "none"];

const byId = Object.fromEntries(cnis.map((cni) => [cni.id, cni])) as Readonly<Record<CniId, CniDefinition<CniId>>>;

/** The CNI of this id. */
export function definitionOf(id: CniId): CniDefinition<CniId> {
  return byId[id];
}

/** The CNI of this name; undefined for `none` and for what is none. */
export function cniOf(id: string | undefined): CniDefinition<CniId> | undefined {
  return cnis.find((cni) => cni.id === id);
}

/** Of each member of a union what all of them have together. */
type Together<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Those that have a program on each node that tells of its connections. */
export const cnisWithRouter = cnis.flatMap(({ router, ...cni }) => (router === undefined ? [] : [{ ...cni, router }]));

/** The config keys of all CNIs. */
export const cniSettings = Object.assign({}, ...cnis.map(({ settings }) => settings)) as Together<
  Definition["settings"]
>;

/** What they are when they are read. */
export type CniValues = ValuesOf<typeof cniSettings>;

/** Those of them that are secrets. */
export const cniSecrets: readonly string[] = cnis.flatMap(({ secrets }) => secrets);

/** The config keys that set the networks of pods, each once. */
export const podNetworkKeys: readonly string[] = [...new Set(cnis.map(({ podNetwork }) => podNetwork.key))];

/** Whether a CNI can be on no node together with another one. */
export function isExclusive(id: string): boolean {
  return cniOf(id)?.exclusive ?? false;
}

/** Which CNIs can be on a node beside this one. */
export function companyOf(id: string): Company {
  const exclusives = residues().filter(({ cni }) => isExclusive(cni));
  return { exclusive: isExclusive(id), exclusiveConflists: exclusives.map(({ conflist }) => conflist) };
}

/** What each of them leaves on a node, with the networks of a stack's settings, or else with the usual ones. */
export function residues(settings: object = {}): Residue[] {
  const values: Readonly<Record<string, unknown>> = { ...settings };
  return cnis.map(({ podNetwork, residue }) => residue(String(values[podNetwork.key] ?? podNetwork.default)));
}
