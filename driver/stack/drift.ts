import { z } from "zod";
import { lastLine } from "../../checks/engine/text";
import { parseJson } from "../../lib/json";
import type { Ran } from "../../lib/ran";
import { capture } from "../run/capture";
import { repository } from "./paths";
import type { Stack } from "./stack";

/** Something of a stack that is not as its last update left it. */
export interface Drift {
  /** Its kind and name, such as `DaemonSet kube-flannel/kube-flannel-ds`. */
  readonly what: string;
  /** The fields that differ; none for what is gone. */
  readonly fields: readonly string[];
}

const previewFormat = z.object({
  steps: z.array(
    z.object({
      op: z.string(),
      oldState: z.object({ type: z.string(), id: z.string().optional() }).optional(),
      detailedDiff: z.record(z.string(), z.unknown()).nullish(),
    }),
  ),
});

/** Seconds in which the cluster must have told what it holds. */
const limitSeconds = 30;

/**
 * What was changed in the cluster by another hand than an update's, in lines for its user: what, and how it is put
 * back. No line when nothing was.
 */
export async function tellDrifts({ name, env }: Stack): Promise<readonly string[]> {
  const argv = ["pulumi", "refresh", "--preview-only", "--json", "--non-interactive"];
  const ran = await capture(argv, { env, cwd: repository, timeoutMs: limitSeconds * 1000 });
  const found = ran.exitCode === 0 ? driftsIn(ran.stdout) : undefined;
  return found === undefined
    ? [`what was changed by hand is unknown: pulumi refresh ended with ${ran.exitCode}: ${reasonIn(ran)}`]
    : driftLines(name, found);
}

const diagnosticsFormat = z.object({
  diagnostics: z.array(z.object({ message: z.string(), severity: z.string().optional() })),
});

/** Why a preview failed: the first error in what it printed, else its last line. */
export function reasonIn(ran: Pick<Ran, "stdout" | "stderr">): string {
  const { data } = diagnosticsFormat.safeParse(parseJson(ran.stdout));
  const error = data?.diagnostics.find(({ severity }) => severity === "error")?.message;
  return error?.replace(/^(?:error: )?(?:Preview failed: )?/i, "").trim() ?? lastLine(ran);
}

/** Reads the preview of a refresh; undefined when it is none. An object that is merely not ready has no field in it. */
export function driftsIn(preview: string): readonly Drift[] | undefined {
  const parsed = previewFormat.safeParse(parseJson(preview));
  return parsed.data?.steps.flatMap(({ op, oldState, detailedDiff }) => {
    const fields = Object.keys(detailedDiff ?? {}).sort();
    if (oldState === undefined || (op !== "delete" && fields.length === 0)) return [];
    const { type, id = "" } = oldState;
    return [{ what: `${type.split(":").at(-1)} ${id}`, fields }];
  });
}

/** What drifted, a line each, and how it is put back; no line when nothing did. */
export function driftLines(stack: string, found: readonly Drift[]): readonly string[] {
  if (found.length === 0) return [];
  return [
    "changed by hand since the last update:",
    ...found.map(({ what, fields }) => `  ${what}: ${fields.length === 0 ? "deleted" : fields.join(", ")}`),
    `put it back: ./lab pulumi -s ${stack} up --refresh`,
  ];
}
