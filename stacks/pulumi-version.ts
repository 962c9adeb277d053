import * as pulumi from "@pulumi/pulumi";
import { describeProblem } from "../lib/user-error";
import { versions } from "../lib/versions";

/**
 * Refuses a Pulumi CLI that is years too old, before any resource is registered: it would fail in the middle, in words
 * that say nothing of that. A program is not told the version, only what the engine can do; what it asks for here came
 * with 3.126.
 *
 * @throws pulumi.RunError that says what to do
 */
export function requirePulumi(canAll: boolean = pulumi.runtime.supportsParameterization()): void {
  if (!canAll) {
    const rule = `is too old: the lab is tested with ${versions.pulumi}`;
    const fix = "install that one or a newer one: https://www.pulumi.com/docs/install/";
    throw new pulumi.RunError(describeProblem({ field: "Pulumi CLI", rule, fix }));
  }
}
