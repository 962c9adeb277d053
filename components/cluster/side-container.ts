import { quote } from "../../lib/shell";
import { partLabel, stackLabel } from "./engine-labels";
import {
  deleteNode,
  generationArgv,
  type LanPort,
  limitArgv,
  networkArgv,
  ownerArgv,
  requireImage,
} from "./node-container";
import { type Script, scriptArgv } from "./node-shell";

/** A container of a lab beside its nodes, as a server on one of its LANs. */
export interface SidePlan {
  readonly stack: string;
  readonly container: string;
  /** @default "": none, as what was made before there were generations */
  readonly generation?: string;
  /** Whose it is. @default "": nobody's, as what was made before there were owners */
  readonly owner?: string;
  readonly hostname: string;
  /** What it is, for those who look for it among the lab's containers. */
  readonly part: string;
  /** The nodes' image, or another one with a shell and ip. */
  readonly image: string;
  readonly lan: LanPort;
  /** @default none */
  readonly capabilities?: readonly string[];
  /** Its first process. */
  readonly run: Script;
}

/**
 * The command line that starts the container; prints its id. What an earlier, broken off try left under the same name
 * is removed first.
 */
export function createSide(plan: SidePlan): string {
  return [requireImage(plan.image), `${deleteSide(plan.container, plan.owner)} >&2`, quote(runArgv(plan))].join(" && ");
}

/** The command line that removes the container; gone already is fine, and one of its name that is another's stays. */
export const deleteSide = deleteNode;

/** The command line that starts the container again where it was stopped or has died; what it has written is still there. */
export function wakeSide(container: string): string {
  const running = quote(["podman", "container", "inspect", "--format", "{{.State.Running}}", container]);
  return `[ "$(${running})" = true ] || ${quote(["podman", "start", container])} >/dev/null`;
}

function runArgv({ capabilities = [], ...plan }: SidePlan): string[] {
  return [
    ...["podman", "--runtime", "runc", "run", "--detach", "--name", plan.container, "--hostname", plan.hostname],
    ...["--label", `${stackLabel}=${plan.stack}`, "--label", `${partLabel}=${plan.part}`],
    ...[...generationArgv(plan.generation), ...ownerArgv(plan.owner)],
    ...capabilities.flatMap((capability) => ["--cap-add", capability]),
    // The nodes' image names the signal that systemd ends by.
    ...["--systemd=false", "--stop-signal", "SIGTERM", ...limitArgv],
    ...networkArgv([plan.lan]),
    ...["--dns=none", "--tmpfs", "/run"],
    ...[plan.image, ...scriptArgv(plan.run)],
  ];
}
