import { readFile } from "node:fs/promises";
import path from "node:path";
import type { EvidenceRecord, SubjectEvidence } from "../../checks/engine/evidence";
import type { Verdict } from "../../checks/engine/verdict";

/** Reads the evidence of all subjects of a run; a file that can't be read is told, and the others stand. */
export async function readEvidence(folder: string, { checks }: Verdict): Promise<ReadonlyMap<string, SubjectEvidence>> {
  const files = checks.flatMap(({ subjects }) => subjects.flatMap(({ evidence }) => evidence ?? []));
  return new Map(await Promise.all(files.map(async (file) => [file, await readRecord(folder, file)] as const)));
}

async function readRecord(folder: string, file: string): Promise<SubjectEvidence> {
  const json = file.replace(/\.txt$/, ".json");
  try {
    const record = JSON.parse(await readFile(path.join(folder, json), "utf8")) as Partial<EvidenceRecord> | null;
    const whole =
      record?.version === 1 &&
      Array.isArray(record.last) &&
      Array.isArray(record.evidence) &&
      Array.isArray(record.tries);
    return whole ? (record as EvidenceRecord) : { trouble: `${json} is no evidence of this version` };
  } catch (error) {
    return { trouble: `${json}: ${error instanceof Error ? error.message : error}` };
  }
}
