import type { Comparison } from "../../compare/compare-runs";
import type { BothEvidence } from "../../compare/evidence";
import { documentOf } from "../document";
import { differing } from "./differing";
import { others } from "./others";
import { reachOfBoth } from "./reach";
import { compareSummary, type RunPages, settings } from "./summary";
import { tableOfChecks } from "./table";

/** The page of a comparison: a function of the comparison, its evidence and these links. */
export function comparePage(compared: Comparison, evidence: BothEvidence, pages: RunPages): string {
  const { a, b } = compared;
  return documentOf({
    title: `${a.id} and ${b.id} compared`,
    summary: compareSummary(compared, pages),
    sections: [
      { id: "settings", title: "Settings", part: settings(compared) },
      { id: "checks", title: "Checks", part: tableOfChecks(compared) },
      { id: "reach", title: "Who reaches whom", part: reachOfBoth(compared) },
      { id: "evidence", title: "Evidence", part: differing(compared, evidence) },
      { id: "others", title: "The others", part: others(compared) },
    ],
    footer:
      "All of it comes from the verdict.json of the two runs, and from each command's output under their checks/.",
  });
}
