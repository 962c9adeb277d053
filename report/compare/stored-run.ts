import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Verdict } from "../../checks/engine/verdict";
import { cnis } from "../../components/cni/registry";

/** A run of the checks, as its evidence folder holds it. */
export interface StoredRun {
  /** How a person names it: `flannel@2026-11-25T18-25-45-118Z`, or the folder of one that lies elsewhere. */
  readonly id: string;
  readonly stack: string;
  readonly folder: string;
  readonly verdict: Verdict;
}

/** The file by which a folder is that of a run that has ended. */
const verdictFile = "verdict.json";
/** And that of one that has begun. */
const startedFile = "started.txt";

const outcome = z.enum(["passed", "failed", "inconclusive", "not-applicable"]);
const subject = z.looseObject({
  subject: z.string(),
  outcome,
  seconds: z.number(),
  tries: z.number(),
  says: z.string(),
  seen: z.string().optional(),
  causes: z.array(z.string()),
  values: z.record(z.string(), z.string()),
  evidence: z.string().optional(),
});
const reach = z.object({
  between: z.enum(["pods", "nodes", "net1-static", "net1-leased", "pod-and-replica"]),
  where: z.enum(["across nodes", "same node", "between replicas"]),
  by: z.enum(["ping", "large-ping", "udp", "tcp", "multicast"]),
  to: z.string().optional(),
  sent: z.number().positive(),
  arrived: z.string(),
});
const check = z.looseObject({
  id: z.string(),
  title: z.string(),
  topic: z.string().optional(),
  reach: reach.optional().catch(undefined),
  outcome,
  seconds: z.number(),
  says: z.string().optional(),
  subjects: z.array(subject),
});
const node = z.object({
  name: z.string(),
  kubelet: z.string(),
  runtime: z.string(),
  kernel: z.string(),
  os: z.string(),
});
/** A verdict of any lab that wrote this version of it; what came later is optional. */
const verdict = z.looseObject({
  version: z.literal(1),
  stack: z.string().optional(),
  lab: z.string(),
  values: z.record(z.string(), z.string()).optional(),
  expect: z.enum(["symptom", "healthy"]),
  asExpected: z.boolean(),
  startedAt: z.string(),
  seconds: z.number(),
  checks: z.array(check),
  versions: z.looseObject({
    kubectl: z.string().optional(),
    kubernetes: z.string().optional(),
    nodes: z.array(node),
    images: z.array(z.string()),
  }),
  evidence: z.string(),
});

/** The verdict in a folder, or why there is none that can be read. */
export function readVerdict(folder: string): Verdict | { readonly trouble: string } {
  let text: string;
  try {
    text = readFileSync(path.join(folder, verdictFile), "utf8");
  } catch {
    return { trouble: whyNone(folder) };
  }
  try {
    return verdict.parse(JSON.parse(text));
  } catch (error) {
    const [first] = error instanceof z.ZodError ? error.issues : [];
    const why = first === undefined ? String(error) : `${first.path.join(".")}: ${first.message}`;
    return { trouble: `has a ${verdictFile} that can't be read: ${why}` };
  }
}

function whyNone(folder: string): string {
  const cells = cellsOf(folder);
  if (cells.length > 0) return `is a matrix of runs; name one of its cells: ${cells.join(", ")}`;
  if (namesIn(folder).includes(startedFile)) return "has no verdict: its checks were cut short, or are still running";
  return "is not the folder of a run";
}

/** The folders of a matrix, each of which is a run. */
function cellsOf(folder: string): readonly string[] {
  return namesIn(folder).filter((name) => namesIn(path.join(folder, name)).includes(verdictFile));
}

/** What is in a folder, sorted; nothing where it can't be looked into. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The CNI of a run: by its values, or else by the images that ran; undefined where neither tells one. */
export function cniOf({ values, versions }: Pick<Verdict, "values" | "versions">): string | undefined {
  if (values?.cni !== undefined) return values.cni;
  const running = versions.images.map((image) => repositoryOf(image));
  const found = cnis.filter(({ podImage }) => podImage !== undefined && running.includes(repositoryOf(podImage)));
  return found.length === 1 ? found[0]?.id : undefined;
}

/** An image without its tag. */
export function repositoryOf(image: string): string {
  return image.replace(/:[^:/]*$/, "");
}
