import * as pulumi from "@pulumi/pulumi";
import { readStanding, type StackStanding, standingLine } from "../lib/standing";
import { runHere } from "./run-here";

/**
 * What of a stack is there in the container engine as the program begins. What another hand has removed is made anew,
 * with all that lived in it: the state does not know of that, and what is recorded there still looks well.
 *
 * @throws pulumi.RunError where the engine does not answer
 */
export function lookAround(stack: string): pulumi.Output<StackStanding> {
  return pulumi.output(runHere(standingLine(stack), silent).then(readStanding));
}

const silent = (said: string) => ({
  field: "podman",
  rule: `must tell what there is of this stack, and says: ${said}`,
  mend: "run podman ps, and mend what that says; ./lab doctor tells what this machine lacks",
});
