import { describeProblem, type Problem } from "../../../lib/user-error";
import { imageFindings } from "./image-findings";
import { nodeFindings } from "./node-findings";
import { podFindings } from "./pod-findings";
import { portFindings } from "./port-findings";
import type { Coming, Findings, Seen } from "./seen";

/** All that was found, problems and notes each in the order of the nodes. */
export function findingsOf(coming: Coming, seen: Seen): Findings {
  const parts = [
    nodeFindings(coming, seen),
    portFindings(coming, seen),
    imageFindings(coming, seen),
    podFindings(coming, seen.cluster),
    unseenNotes(seen),
  ];
  return {
    problems: parts.flatMap(({ problems }) => problems),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

function unseenNotes({ unseen, cluster }: Seen): Findings {
  return {
    problems: [],
    notes: [
      ...(unseen.length > 0 ? [`not looked at, as nobody answers there: ${unseen.join(", ")}`] : []),
      ...(cluster === undefined ? ["pods, disruption budgets and policies were not looked at"] : []),
    ],
  };
}

/** What is said of them where they end an update. */
export function refusalText(cni: string, problems: readonly Problem[], goOn: string): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    `the swap to ${cni} is not begun, and nothing was changed: ${count}`,
    ...problems.map((problem) => `  ${describeProblem(problem)}`),
    `solve them, or go on all the same: ${goOn}`,
  ].join("\n");
}
