import * as pulumi from "@pulumi/pulumi";
import { quote } from "../../lib/shell";
import type { ContainerEngine } from "./engine/engine";
import { runHere } from "./run-here";

/**
 * The id of a container, once it runs: an update starts one that was stopped or has died since it was made.
 * Everything in it waits for that, as its triggers come from the id.
 *
 * @param container its name
 * @param wake the command line that starts the container, unless it runs, and waits until it works
 * @param opts whose provider runs it
 * @throws pulumi.RunError where it does not start
 */
export function awake(
  id: pulumi.Output<string>,
  engine: ContainerEngine,
  container: string,
  wake: string,
  opts: pulumi.InvokeOptions,
): pulumi.Output<string> {
  return id.apply(async (made) => {
    if (!pulumi.runtime.isDryRun()) {
      const problem = (said: string) => ({ field: container, rule: rule(said), fix: fix(engine, container) });
      await runHere(wake, problem, opts, { logging: "stderr" });
    }
    return made;
  });
}

const rule = (said: string) => `must run, and does not: ${said}`;
const fix = (engine: ContainerEngine, container: string) =>
  `${quote(engine.logs(container))} may say why; after ${engine.name} rm --force ${container} the next update recreates it`;
