import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/**
 * The id of a container, once it runs: an update starts one that was stopped or has died since it was made.
 * Everything in it waits for that, as its triggers come from the id.
 *
 * @param wake the command line that starts the container, unless it runs, and waits until it works
 */
export function awake(id: pulumi.Output<string>, wake: string): pulumi.Output<string> {
  return id.apply(async (made) => {
    if (!pulumi.runtime.isDryRun()) {
      await command.local.run({ command: wake });
    }
    return made;
  });
}
