import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The folder that holds this checkout: where Pulumi.yaml lies. */
export const repository = path.resolve(__dirname, "../..");

/** Where the lab keeps what must outlive a command: `$XDG_STATE_HOME/cni-lab`. */
export function stateDir(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(absolute(env.XDG_STATE_HOME) ?? path.join(homedir(), ".local/state"), "cni-lab");
}

/** Files of one stack that go when the stack goes. */
export function stackDir(stack: string): string {
  return path.join(stateDir(), "stacks", stack);
}

/** Where checks leave their evidence, in a folder for each stack; it outlives them. */
export function evidenceRoot(): string {
  return path.join(stateDir(), "evidence");
}

/** Where the checks of a stack leave their evidence. */
export function evidenceDir(stack: string): string {
  return path.join(evidenceRoot(), stack);
}

/** Where `./lab test` leaves its reports, and what the commands printed that it ran; until its next run. */
export function testReports(): string {
  return path.join(stateDir(), "tests");
}

/** A folder for the evidence of a run that starts now; whoever writes to it makes it. */
export function newEvidenceDir(stack: string): string {
  return path.join(evidenceDir(stack), new Date().toISOString().replace(/[:.]/g, "-"));
}

/** The kubeconfig of a stack; nobody else can read it. */
export function kubeconfigFile(stack: string): string {
  return path.join(stackDir(stack), "kubeconfig");
}

/** The config file that Pulumi reads for a stack. */
export function stackConfigFile(stack: string, root: string = repository): string {
  return path.join(root, "stacks", `Pulumi.${stack}.yaml`);
}

/** Makes a folder that only this user can look into. */
export function privateDir(dir: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
}

/** XDG's rule: a relative path in one of its variables counts as unset. */
function absolute(dir: string | undefined): string | undefined {
  return dir !== undefined && path.isAbsolute(dir) ? dir : undefined;
}
