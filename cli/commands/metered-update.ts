import path from "node:path";
import { EvidenceFolder } from "../../checks/engine/evidence";
import type { Values } from "../../checks/language/values";
import type { CniName } from "../../components/cni/registry";
import { measure } from "../../driver/meter/measure";
import { type OutageReport, reportLines } from "../../driver/meter/report";
import { applyAll } from "../../driver/stack/apply";
import type { Probed } from "../../driver/stack/probes";
import type { Stack } from "../../driver/stack/stack";
import type { Lab } from "../../labs/format/lab-data";

/** `rolling` moves node by node; `replace` takes the old CNI away before the new one comes. */
export type Strategy = "rolling" | "replace";

/** How updates ended, and what pods noticed of them. */
export interface Updated {
  /** Of the first update that failed, else 0. */
  readonly exitCode: number;
  /** Absent where the meter could not start, where the CNI stays the same, and where an update was refused before it changed anything. */
  readonly report?: OutageReport;
}

/** The stack before its updates. */
interface UpdateFrom {
  readonly probed: Probed;
  /** The CNI that it is set to. */
  readonly current: CniName;
  /** Measure also where the CNI stays: an update that was cut short may still be moving pods. @default false */
  readonly alsoSame?: boolean;
  /** Between two probes of the meter, in ms. @default as often as its pace allows */
  readonly everyMs?: number;
}

/** Brings a stack that is up to each of these value sets in turn. Where they change its CNI, the meter runs meanwhile. */
export async function meteredUpdate(
  stack: Stack,
  lab: Lab,
  sets: readonly Values[],
  { probed, current, alsoSame = false, everyMs }: UpdateFrom,
): Promise<Updated> {
  const stations = sets.flatMap(({ cni }) => cni ?? []);
  if (!alsoSame && stations.every((cni) => cni === current)) {
    const { exitCode } = await applyAll(stack, lab, sets);
    return { exitCode };
  }
  const to = stations.at(-1) ?? current;
  const strategy: Strategy = stations.slice(0, -1).includes("none") ? "replace" : "rolling";
  if (current !== "none") {
    await probed.ready().catch((error: unknown) => {
      console.log(`Before the update: ${error instanceof Error ? error.message : error}`);
    });
  }
  const { result, report } = await measure(
    { probers: probed.probers, env: stack.env, everyMs },
    { from: current, to, strategy },
    async () => {
      const applied = await applyAll(stack, lab, sets);
      return { ...applied, whole: applied.exitCode === 0 && to !== "none" };
    },
  );
  const { exitCode, changed } = result;
  return exitCode === 0 || changed ? { exitCode, report } : { exitCode };
}

/** Prints what pods noticed, and keeps it among the evidence; nothing where nothing was measured. */
export async function tellOutage({ report }: Updated, evidence: string): Promise<void> {
  if (report === undefined) {
    return;
  }
  const file = "outage.json";
  await new EvidenceFolder(evidence).write(file, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`\n${reportLines(report).join("\n")}\noutage: ${path.join(evidence, file)}`);
}
