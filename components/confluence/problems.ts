import type { Problem } from "../../lib/user-error";
import { secondInterface } from "../networks/names";
import { environment, type Heap, referred } from "./environment";
import { type Join, joinProblems } from "./join";
import { addressProblems, type SiteAddress } from "./site-address";

/** What decides how a cluster of Confluence is built, as plain values. */
export interface ConfluenceSettings {
  readonly image: string;
  readonly replicas: number;
  readonly clusterName: string;
  readonly join: Join;
  readonly interface: string | undefined;
  /** Whether the pods are on a secondary network. */
  readonly hasNetwork: boolean;
  readonly hasLicense: boolean;
  readonly heap: Heap;
  readonly site?: SiteAddress;
  /** Names of the variables that a program adds. @default none */
  readonly env?: readonly string[];
  readonly safetyIntervalSeconds: number | undefined;
}

/** Whether an image is the vendor's own, whatever registry it comes from. */
export function isVendorImage(image: string): boolean {
  return /(^|\/)atlassian\/confluence(-server)?([:@]|$)/.test(image);
}

/** Everything that is wrong with the settings, all at once. */
export function confluenceProblems(settings: ConfluenceSettings): Problem[] {
  const { image, replicas, clusterName, join, heap, safetyIntervalSeconds: interval } = settings;
  return [
    ...unless(image !== "", { field: "image", rule: "must be the name of an image" }),
    ...unless(Number.isInteger(replicas) && replicas >= 0, {
      field: "replicas",
      value: String(replicas),
      rule: "must be a whole number, at least 0",
    }),
    ...unless(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(clusterName), {
      field: "clusterName",
      value: clusterName,
      rule: "must be 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit",
    }),
    ...joinProblems(join),
    ...interfaceProblems(settings),
    ...addressProblems(settings.site),
    ...environmentProblems(settings),
    ...unless(isMiB(heap.minMiB) && isMiB(heap.maxMiB) && heap.minMiB <= heap.maxMiB, {
      field: "heap",
      value: `${heap.minMiB} to ${heap.maxMiB}`,
      rule: "must be two whole numbers of MiB, the second not below the first",
    }),
    ...unless(settings.hasLicense || !isVendorImage(image), {
      field: "license",
      rule: `is not set, and ${image} does not start a cluster without a licence`,
      fix: "give it a Data Center key; the vendor has keys of a few hours for tests",
    }),
    ...unless(interval === undefined || (Number.isInteger(interval) && interval >= 1), {
      field: "standIn.safetyIntervalSeconds",
      value: String(interval),
      rule: "must be a whole number of seconds, at least 1",
    }),
  ];
}

function interfaceProblems({ interface: link, hasNetwork }: ConfluenceSettings): Problem[] {
  if (link === undefined) {
    return [];
  }
  return [
    ...unless(/^[A-Za-z0-9._-]{1,15}$/.test(link), {
      field: "interface",
      value: link,
      rule: "must be the name of a network interface, at most 15 characters",
    }),
    ...unless(link !== secondInterface || hasNetwork, {
      field: "interface",
      value: link,
      rule: "is the pods' interface on a secondary network, and network is not given",
      fix: "name the network that the pods are to be on",
    }),
  ];
}

function environmentProblems({ env = [], ...settings }: ConfluenceSettings): Problem[] {
  const own = Object.keys(environment(settings)).concat(referred(settings.join.type, settings.hasLicense));
  const bad = (names: readonly string[], rule: string, fix?: string) =>
    [...new Set(names)].map((value) => ({ field: "env", value, rule, fix }));
  return [
    ...bad(
      env.filter((name) => own.includes(name)),
      "is a variable that the pods have already",
      "leave it out, and set what it is about by the argument for that",
    ),
    ...bad(
      env.filter((name, i) => env.indexOf(name) < i),
      "must be there once: there are two variables of this name",
    ),
  ];
}

function isMiB(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function unless(holds: boolean, problem: Problem): Problem[] {
  return holds ? [] : [problem];
}
