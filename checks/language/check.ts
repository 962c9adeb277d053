import type { NoReach, Reach } from "./reach";

/**
 * What a check is run for: once, for each node, each ordered pair of nodes, or the two probe pods of each node; for each
 * replica of Confluence that there is to be, or each ordered pair of these.
 */
export type Subjects = "once" | "node" | "node-pair" | "same-node-pair" | "replica" | "replica-pair";

/**
 * What a subject has at each of its ends: the node, its probe pod, and its pods with a second interface by their role.
 * Where an end is a replica: that, and all of these of the node that it is on.
 */
export type EndPlace = "node" | "pod" | "static" | "leased" | "replica";

/**
 * Where a step runs: kubectl on this machine, the container that is the stack's DHCP server, that container's log, or
 * an end; for pairs one of the two.
 */
export type Place = "kubectl" | "dhcp-server" | "dhcp-log" | EndPlace | `from.${EndPlace}` | `to.${EndPlace}`;

/** One command. Its words may hold placeholders such as `{from.ip}` (placeholders.ts names them all). */
export interface Step {
  /** Its name within the check, for `read`, causes and the evidence. */
  readonly id: string;
  readonly at: Place;
  /** The words to run; for `kubectl` and `dhcp-log` (`podman logs`) without the program's own name. */
  readonly run: readonly string[];
  /** Exit codes with which the step is a valid observation. @default [0] */
  readonly exits?: readonly number[];
  /** The step is ended after so many seconds. @default 10 */
  readonly timeoutSeconds?: number;
  /** Runs beside the steps that follow it, as a listener does. @default false */
  readonly background?: boolean;
}

/** How one value is read from a step's standard output. */
export interface Reader {
  /** The step read, or several whose outputs are read as one text, in this order. @default the first */
  readonly from?: string | readonly string[];
  /** Its first group, or else the whole match, is the value; no match means that the value could not be seen. */
  readonly pattern: RegExp;
  /** A pure function that brings the matched text into the form to compare. */
  readonly as?: (text: string) => string;
}

/** What one value must be. `equals` may hold placeholders, `{value.NAME}` included. */
export type Matcher =
  | { readonly value: string; readonly equals: string }
  | { readonly value: string; readonly matches: RegExp }
  /** Differs between any two subjects. */
  | { readonly value: string; readonly distinct: true }
  /** Was not printed by a step that itself ran well. */
  | { readonly value: string; readonly absent: true };

/** When a claim must hold: at some try before a deadline, or at every try through a fixed window. */
export type Timing =
  | { readonly bySeconds: number; readonly everySeconds: number }
  | { readonly throughoutSeconds: number; readonly everySeconds: number };

/** A sentence for a failed check when its evidence shows why. */
export interface Cause {
  /** The evidence step whose output is searched. */
  readonly evidence: string;
  /** Named groups are the sentence's `{found.NAME}`. */
  readonly pattern: RegExp;
  readonly says: string;
}

/** One claim on a cluster: what is run where, what it must show, for how long it is tried, and what is then said. */
export interface Check {
  readonly id: string;
  /** What should be true, in the field's words. */
  readonly title: string;
  readonly subjects: Subjects;
  /**
   * What it and its counterparts are about, in a few words: checks of one thing of which a run makes one, by its CNI or
   * by what is expected. `./lab compare` puts two of them beside each other.
   */
  readonly topic?: string;
  /**
   * What it shows of who reaches whom, or why it shows nothing of that; absent where it sends no packets. The tables of
   * a page and the lost pairs in its picture are made of it.
   */
  readonly reach?: Reach | NoReach;
  /** The config values with which it says something: for each key one of these, or what matches. @default with any */
  readonly when?: Readonly<Record<string, readonly string[] | RegExp>>;
  /**
   * Run once for each subject, before the tries: changes what the steps then look at. Placeholders in all steps keep
   * the values from before. Such a check runs when all others of its list have ended, one after another.
   */
  readonly change?: readonly Step[];
  /** Run once for each subject when its claim is settled: brings back, or waits for, what was there before the change. */
  readonly restore?: readonly Step[];
  /** Run in order, once per try and subject. */
  readonly steps: readonly Step[];
  readonly read: Readonly<Record<string, Reader>>;
  /** All must hold. */
  readonly expect: readonly Matcher[];
  readonly timing: Timing;
  /**
   * Checks of the same list that show that this one's result means something. Positive ones are barriers too: all checks
   * of a list run side by side, but for one with positive controls, which starts once these have settled on all their
   * subjects. Where one of them has not passed, it is not run and is `inconclusive`, with that one's name as the reason;
   * so are those behind it. A check that others wait for, as for nodes that are ready, is their positive control.
   */
  readonly controls?: {
    /** Must hold first: the same way of looking finds what is there. */
    readonly positive?: readonly string[];
    /** Must hold too: the same way of looking finds nothing where nothing is. */
    readonly negative?: readonly string[];
  };
  readonly says: { readonly holds: string; readonly fails: string };
  /** Run for a subject whose claim did not hold, at both ends where that helps. Any exit code will do. */
  readonly evidence: readonly Step[];
  /** Every one that matches is said. */
  readonly causes?: readonly Cause[];
}
