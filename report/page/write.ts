import type { ClusterAccess } from "../../checks/engine/access";
import { EvidenceFolder } from "../../checks/engine/evidence";
import type { Verdict } from "../../checks/engine/verdict";
import type { Values } from "../../checks/language/values";
import type { OutageReport } from "../../driver/meter/report";
import { changedLines, changedValues } from "../../driver/values/own-values";
import { valuesInForce } from "../../driver/values/settings";
import type { Lab } from "../../labs/format/lab-data";
import { toldValues } from "../../stacks/shown-values";
import { collectTopology } from "../topology/collect";
import { page } from "./page";
import { readEvidence } from "./read-evidence";

/** The page's name in a run's evidence folder. */
export const pageFile = "report.html";

/** What the page is made of, beside what the evidence folder holds. */
export interface PageArgs {
  readonly access: ClusterAccess;
  readonly stack: string;
  readonly lab: Lab;
  /** The stack's config values in force. */
  readonly values: Values;
  readonly verdict: Verdict;
  readonly outage?: OutageReport;
}

/** Looks at the stack's network and writes `topology.json` and the page into the evidence folder. */
export async function writePage({ access, stack, lab, values, verdict, outage }: PageArgs): Promise<void> {
  const folder = new EvidenceFolder(verdict.evidence);
  const topology = await collectTopology(access);
  await folder.write("topology.json", `${JSON.stringify(topology, undefined, 2)}\n`);
  const healthy = lab.checks.healthy.map(({ id }) => id);
  const run = {
    stack,
    title: lab.title,
    bug: lab.bug,
    symptom: lab.symptom,
    shownBy: (lab.checks.symptom ?? []).map(({ id }) => id).filter((id) => !healthy.includes(id)),
    values: shownValues(lab, values),
    changed: changedLines(changedValues(lab, values)),
    master: values.macvlanMaster,
  };
  const evidence = await readEvidence(verdict.evidence, verdict);
  await folder.write(pageFile, page({ run, verdict, evidence, topology, outage }));
}

/** Of all values those that the lab sets, and those that a user changed; secrets are nobody's business. */
function shownValues(lab: Lab, values: Values): Values {
  const sets = [lab.values, ...(lab.broken ?? []), ...(lab.fixed ?? [])];
  const ofLab = new Set(["cni", "nodes", ...sets.flatMap((set) => Object.keys(set))]);
  const usual = valuesInForce(lab.values, {});
  const shown = Object.entries(values).filter(([key, value]) => ofLab.has(key) || usual[key] !== value);
  return toldValues(Object.fromEntries(shown));
}
