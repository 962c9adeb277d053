import { existsSync } from "node:fs";
import path from "node:path";
import { EvidenceFolder } from "../../checks/engine/evidence";
import { evidenceRoot } from "../../driver/stack/paths";
import { exitCodes } from "../../lib/command-failed";
import { chooseRuns } from "../../report/compare/choose-runs";
import { type Comparison, compareRuns } from "../../report/compare/compare-runs";
import type { BothEvidence } from "../../report/compare/evidence";
import { comparisonJson } from "../../report/compare/json";
import { comparisonText } from "../../report/compare/text";
import { comparePage } from "../../report/page/comparison/page";
import { readEvidence } from "../../report/page/read-evidence";
import { pageFile } from "../../report/page/write";

interface CompareOptions {
  readonly json?: boolean;
}

/** Columns of what is not a terminal. */
const usualColumns = 120;

/** `./lab compare`: two runs beside each other. Ends with 0 whether they differ or not: neither is wrong. */
export async function compare(
  run: string | undefined,
  other: string | undefined,
  { json = false }: CompareOptions,
): Promise<number> {
  const { a, b, note } = chooseRuns(
    [run, other].flatMap((word) => word ?? []),
    evidenceRoot(),
  );
  const compared = compareRuns(a, b);
  if (json) {
    process.stdout.write(comparisonJson(compared));
    return exitCodes.asExpected;
  }
  const [ofA, ofB] = await Promise.all([a, b].map(({ folder, verdict }) => readEvidence(folder, verdict)));
  const evidence: BothEvidence = { a: ofA ?? new Map(), b: ofB ?? new Map() };
  console.log(comparisonText(compared, evidence, process.stdout.columns ?? usualColumns));
  if (note !== undefined) {
    console.log(`\n${note}`);
  }
  await writeComparePage(compared, evidence).then(
    (file) => console.log(`\npage: ${file}`),
    (error: unknown) => console.log(`\nno page: ${error instanceof Error ? error.message : error}`),
  );
  return exitCodes.asExpected;
}

/** Writes the page into the folder of the second run, from where it leads to the pages of both. */
async function writeComparePage(compared: Comparison, evidence: BothEvidence): Promise<string> {
  const { a, b } = compared;
  const name = `compare-${a.id.replace(/[^\w.-]+/g, "-").replace(/^-+/, "")}.html`;
  const linkTo = (folder: string) => {
    const file = path.join(folder, pageFile);
    return existsSync(file) ? encodeURI(path.relative(b.folder, file)) : undefined;
  };
  await new EvidenceFolder(b.folder).write(
    name,
    comparePage(compared, evidence, { a: linkTo(a.folder), b: linkTo(b.folder) }),
  );
  return path.join(b.folder, name);
}
