import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { read } from "../run/capture";
import type { ToolEnv } from "./env";
import { repository, stackDir } from "./paths";
import { writePrivate } from "./private-file";

const outputsFormat = z.object({
  kubeconfig: z.string(),
  nodes: z.array(z.object({ name: z.string(), container: z.string().optional(), address: z.string() })),
  /** The container engine; absent in states from before stacks told theirs. */
  engine: z.string().optional(),
  cni: z.string(),
  /** Absent for a cluster that was adopted. */
  lanCidr: z.string().optional(),
  podCidr: z.string().optional(),
  clusterId: z.string().optional(),
  dhcpServer: z.object({ container: z.string() }).optional(),
});

/** What the program tells about a stack that is up. */
export type Outputs = z.infer<typeof outputsFormat>;

const cacheFormat = z.object({ stamp: z.string(), outputs: z.unknown() });

/**
 * The outputs of a stack; undefined while it has none, or only some (half-built).
 *
 * @param stamp what changes whenever the state does: asking Pulumi takes a second, so its answer is kept;
 * undefined means that nobody can tell, and Pulumi is asked
 */
export async function readOutputs(
  stack: string,
  env: ToolEnv,
  stamp: string | undefined,
): Promise<Outputs | undefined> {
  const file = path.join(stackDir(stack), "outputs.json");
  const cached = existsSync(file) ? cacheFormat.safeParse(JSON.parse(readFileSync(file, "utf8"))).data : undefined;
  if (stamp !== undefined && cached?.stamp === stamp) {
    return outputsFormat.safeParse(cached.outputs).data;
  }
  const argv = ["pulumi", "stack", "output", "--stack", stack, "--json", "--show-secrets", "--non-interactive"];
  const outputs: unknown = JSON.parse(await read(argv, { env, cwd: repository }));
  if (stamp !== undefined) {
    writePrivate(file, JSON.stringify({ stamp, outputs }));
  }
  return outputsFormat.safeParse(outputs).data;
}
