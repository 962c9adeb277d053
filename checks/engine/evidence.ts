import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mask } from "../../lib/mask";
import { quote } from "../../lib/shell";
import { UserError } from "../../lib/user-error";
import type { Check } from "../language/check";
import type { StepRecord } from "./run-step";
import type { Settled } from "./settle";
import type { Subject } from "./subjects";
import { lastLine, seconds } from "./text";
import type { SubjectVerdict } from "./verdict";

/** All that is kept of one check on one subject; the readable file is made from the same. */
export interface EvidenceRecord {
  readonly version: 1;
  readonly check: { readonly id: string; readonly title: string };
  readonly verdict: SubjectVerdict;
  readonly tries: readonly { readonly at: string; readonly outcome: string; readonly seen: string }[];
  /** The steps of the last try. */
  readonly last: readonly StepRecord[];
  /** What was collected as the claim did not hold. */
  readonly evidence: readonly StepRecord[];
}

/** The evidence of one subject as a record. */
export function evidenceRecord(
  check: Check,
  verdict: SubjectVerdict,
  settled: Settled,
  evidence: readonly StepRecord[],
): EvidenceRecord {
  return {
    version: 1,
    check: { id: check.id, title: check.title },
    verdict,
    tries: settled.tries.map(({ at, outcome, seen }) => ({ at: new Date(at).toISOString(), outcome, seen })),
    last: settled.last.records,
    evidence,
  };
}

/** The readable evidence file of a subject, relative to the evidence folder. */
export function evidencePath(check: Check, subject: Subject): string {
  return join("checks", check.id, `${subject.key}.txt`);
}

/** The folder that a run's evidence goes to. Its files are for its owner only, and hold no secret: pages are passed on. */
export class EvidenceFolder {
  constructor(readonly folder: string) {}

  /** Writes both forms of a subject's evidence. */
  async keep(path: string, record: EvidenceRecord): Promise<void> {
    await this.write(path, describeEvidence(record));
    await this.write(path.replace(/\.txt$/, ".json"), `${JSON.stringify(record, undefined, 2)}\n`);
  }

  /** Writes a file below the folder. */
  async write(path: string, text: string): Promise<void> {
    const file = join(this.folder, path);
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, mask(text), { mode: 0o600 });
    } catch (error) {
      throw new UserError([
        {
          field: "evidence folder",
          value: this.folder,
          rule: `must be a folder that can be written to: ${error instanceof Error ? error.message : error}`,
          fix: "free some space or set XDG_STATE_HOME to another folder",
        },
      ]);
    }
  }
}

/** Evidence as a person reads it. */
export function describeEvidence({ check, verdict, tries, last, evidence }: EvidenceRecord): string {
  const lines = [
    `check    ${check.id}: ${check.title}`,
    `subject  ${verdict.subject}`,
    `outcome  ${verdict.outcome} after ${seconds(verdict.seconds)}, ${verdict.tries} ${verdict.tries === 1 ? "try" : "tries"}`,
    `says     ${verdict.says}`,
    ...(verdict.seen === undefined ? [] : [`seen     ${verdict.seen}`]),
    ...verdict.causes.map((cause) => `cause    ${cause}`),
    ...Object.entries(verdict.values).map(([name, value]) => `value    ${name} = ${value}`),
    "",
    "TRIES",
    ...tries.map(({ at, outcome, seen }) => `${at}  ${outcome}${seen === "" ? "" : `  ${seen}`}`),
    "",
    "LAST TRY",
    ...last.flatMap(describeRecord),
  ];
  if (evidence.length > 0) lines.push("EVIDENCE", ...evidence.flatMap(describeRecord));
  return `${lines.join("\n").trimEnd()}\n`;
}

function describeRecord({ id, where, startedAt, ran, notRun }: StepRecord): string[] {
  if (ran === undefined) return [`-- ${id}, ${where}, ${startedAt}: not run: ${notRun}`, ""];
  const output = [ran.stdout, ran.stderr].map((text) => text.trimEnd()).filter((text) => text !== "");
  return [
    `-- ${id}, ${where}, ${startedAt}, ${Math.round(ran.ms)} ms, exit code ${ran.exitCode}`,
    `$ ${quote(ran.argv)}`,
    ...(output.length > 0 ? output : [lastLine(ran)]),
    "",
  ];
}

/** The evidence of one subject, or why it can't be read. */
export type SubjectEvidence = EvidenceRecord | { readonly trouble: string };
