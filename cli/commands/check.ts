import { closeSync, openSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runChecks } from "../../checks/engine";
import { verdictJson } from "../../checks/engine/report/json";
import { junitXml } from "../../checks/engine/report/junit";
import { listChecks } from "../../checks/engine/report/list";
import { eventLines, verdictLine } from "../../checks/engine/report/text";
import type { Verdict } from "../../checks/engine/verdict";
import type { Expectation, Values } from "../../checks/language/values";
import type { OutageReport } from "../../driver/meter/report";
import { absentLines, absentParts } from "../../driver/stack/absent";
import { ConfigFile } from "../../driver/stack/config-file";
import { partContainers } from "../../driver/stack/containers";
import { tellDrifts } from "../../driver/stack/drift";
import { partsBeside } from "../../driver/stack/parts";
import { newEvidenceDir, stackConfigFile } from "../../driver/stack/paths";
import { type Probed, withProbes } from "../../driver/stack/probes";
import { Stack } from "../../driver/stack/stack";
import { checkedValues } from "../../driver/values/settings";
import { requireLab } from "../../driver/which-stack";
import { expectedState, type Lab } from "../../labs/format/lab-data";
import { exitCodes } from "../../lib/command-failed";
import { mask } from "../../lib/mask";
import { UserError } from "../../lib/user-error";
import { pageFile, writePage } from "../../report/page/write";
import { toldValues } from "../../stacks/shown-values";
import { requireToolchain } from "../toolchain";
import { carryProblems, probeArchive } from "./carry";

interface CheckOptions {
  readonly lab?: string;
  readonly expect?: Expectation;
  readonly deadlineFactor: number;
  readonly json?: boolean;
  readonly junit?: string;
  readonly list?: boolean;
  readonly carryImages?: boolean;
}

/** `./lab check`: 0 when the stack shows what it should, 1 when not. */
export async function check(name: string | undefined, options: CheckOptions): Promise<number> {
  const { lab, stack: stackName } = await requireLab(name, options.lab);
  if (options.list === true) {
    process.stdout.write(listChecks(lab, options.expect ?? "healthy", valuesOf(stackName, lab)));
    return exitCodes.asExpected;
  }
  if (options.junit !== undefined) {
    requireWritable(options.junit);
  }
  const stack = new Stack(stackName, requireToolchain());
  const problems = options.carryImages === true ? carryProblems(stackName) : [];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
  const verdict = await checkStack(stack, lab, {
    expect: options.expect,
    deadlineFactor: options.deadlineFactor,
    onStdout: options.json !== true,
    probeArchive: options.carryImages === true ? await probeArchive(stackName) : undefined,
  });
  if (options.json === true) {
    process.stdout.write(verdictJson(verdict));
  }
  if (options.junit !== undefined) {
    writeFileSync(options.junit, mask(junitXml(verdict)));
  }
  return verdict.asExpected ? exitCodes.asExpected : exitCodes.notAsExpected;
}

/** How `checkStack` goes about it. */
export interface CheckStackOptions {
  /** @default what the stack's values say */
  readonly expect?: Expectation;
  /** Multiplies every deadline. @default 1 */
  readonly deadlineFactor?: number;
  /** Lines go to standard output, or to standard error where that holds a report. @default true */
  readonly onStdout?: boolean;
  /** The folder for the evidence. @default a new one */
  readonly evidence?: string;
  /** What a swap before it cost, for the page. */
  readonly outage?: OutageReport;
  /** The probe that is there. @default one for the time of the checks, where the cluster has none */
  readonly probed?: Probed;
  /** An archive with the probe's image, for nodes that have it not. @default they pull it */
  readonly probeArchive?: string;
}

/** Runs a lab's checks on its stack. */
export async function checkStack(stack: Stack, lab: Lab, options: CheckStackOptions = {}): Promise<Verdict> {
  const say = options.onStdout === false ? console.error : console.log;
  const outputs = await stack.requireUp();
  const parts = [...outputs.nodes, ...partsBeside(stack.name, outputs)];
  const absent = absentLines(stack.name, absentParts(parts, await partContainers(stack.name)));
  for (const line of absent) say(line);
  const look = (probed: Probed) => lookThrough(probed, { stack, lab, options, absent, say });
  return options.probed === undefined ? withProbes(stack, look, options.probeArchive) : look(options.probed);
}

interface Look {
  readonly stack: Stack;
  readonly lab: Lab;
  readonly options: CheckStackOptions;
  /** What is told of nodes that are away. */
  readonly absent: readonly string[];
  readonly say: (line: string) => void;
}

async function lookThrough(probed: Probed, { stack, lab, options, absent, say }: Look): Promise<Verdict> {
  const values = valuesOf(stack.name, lab);
  const access = await probed.access();
  const verdict = await runChecks(access, lab, {
    expect: options.expect ?? expectedState(lab, values),
    stack: stack.name,
    values,
    told: toldValues(values),
    evidenceDir: options.evidence ?? newEvidenceDir(stack.name),
    deadlineFactor: options.deadlineFactor,
    onEvent: (event) => {
      for (const line of eventLines(event)) {
        say(line);
      }
    },
  });
  say(verdictLine(verdict));
  say(`evidence: ${verdict.evidence}`);
  // Where a node is away, that is what is told; Pulumi could not ask a cluster without its API server either.
  const changed = verdict.asExpected ? [] : absent.length > 0 ? absent : tellDrifts(stack);
  // The verdict stands whether it can be drawn or not.
  await writePage({ access, stack: stack.name, lab, values, verdict, outage: options.outage }).then(
    () => say(`page: ${path.join(verdict.evidence, pageFile)}`),
    (error: unknown) => say(`no page: ${error instanceof Error ? error.message : error}`),
  );
  for (const line of await changed) {
    say(line);
  }
  return verdict;
}

function valuesOf(stack: string, lab: Lab): Values {
  return checkedValues(lab.values, new ConfigFile(stackConfigFile(stack)).values());
}

/** A report that can't be written is refused before the checks run, which may take minutes. */
function requireWritable(file: string): void {
  try {
    closeSync(openSync(file, "a"));
  } catch (error) {
    const rule = `can't be written: ${error instanceof Error ? error.message : error}`;
    throw new UserError([{ field: "--junit", value: file, rule, fix: "name a file in a folder that exists" }]);
  }
}
