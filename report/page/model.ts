import type { SubjectEvidence } from "../../checks/engine/evidence";
import type { Verdict } from "../../checks/engine/verdict";
import type { OutageReport } from "../../driver/meter/report";
import type { Topology } from "../topology/seen";

/** What was looked at, beside what the checks found. */
export interface Run {
  readonly stack: string;
  /** The lab's own words; a lab without a bug has a title only. */
  readonly title: string;
  readonly bug?: string;
  readonly symptom?: string;
  /** Ids of the checks that show the bug itself; the others show that nothing else is wrong. */
  readonly shownBy: readonly string[];
  /** The stack's config values in force that say something of it. */
  readonly values: Readonly<Record<string, string>>;
  /** What makes the stack other than the lab, in words. @default nothing */
  readonly changed?: readonly string[];
  /** The nodes' interface that second interfaces ride on. @default "eth1" */
  readonly master?: string;
}

/** Everything on the page. It is a function of this and of nothing else. */
export interface PageModel {
  readonly run: Run;
  readonly verdict: Verdict;
  /** By the `evidence` of a subject's verdict. */
  readonly evidence: ReadonlyMap<string, SubjectEvidence>;
  /** Absent where nobody could look. */
  readonly topology?: Topology;
  /** What a swap cost; absent where there was none. */
  readonly outage?: OutageReport;
}
