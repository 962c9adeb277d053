import * as pulumi from "@pulumi/pulumi";
import { engineOf } from "../components/cluster/engine/engines";
import { refusal, runHere } from "../components/cluster/run-here";
import { quote } from "../lib/shell";
import { describeProblem, type Problem } from "../lib/user-error";
import type { LabSettings } from "./config";

/** What builds the node image that this version of the lab uses, in its folder. */
export const buildCommand = "npm run node-image";

/**
 * Says that the image of the nodes is not on this machine, and what to do: a preview warns, an update ends before it
 * has made anything. Whether the container engine works at all is told elsewhere.
 *
 * @param own the image of this version
 * @throws pulumi.RunError in an update
 */
export async function tellMissingImage(settings: LabSettings, own: string): Promise<void> {
  const look = quote(engineOf(settings.engine).hasImage(settings.nodeImage));
  // Engines answer 1 for no; anything else is another's to tell.
  const answer = await runHere(`${look}; echo $?`, (said) => ({ field: "this machine", rule: said }));
  if (answer !== "1") {
    return;
  }
  const problem = missingImage(settings.nodeImage, own, settings.engine);
  if (!pulumi.runtime.isDryRun()) {
    throw refusal([problem]);
  }
  await pulumi.log.warn(describeProblem(problem));
}

/** What is told of an image that is not there. @param engine the name of the engine that lacks it. @default that of `auto` */
export function missingImage(image: string, own: string, engine: string = engineOf().name): Problem {
  const build = engine === engineOf().name ? buildCommand : `${buildCommand} -- ${engine}`;
  const rule = "is not on this machine";
  return image === own
    ? { field: "node image", value: image, rule, fix: `build it with: ${build}` }
    : {
        field: "nodeImage",
        value: image,
        rule,
        fix: "build or pull it, or take this version's: pulumi config rm nodeImage",
      };
}
