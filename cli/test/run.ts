import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { ownerLabel } from "../../components/cluster/engine-labels";
import { placeOf, type Thing, thingsText } from "../../components/cluster/owner";
import { askEngines } from "../../driver/stack/ask-engines";
import { leftovers, remove } from "../../driver/stack/containers";
import { ownOwner, thingsOfStacks } from "../../driver/stack/own";
import { testPrefix } from "../../driver/which-stack";
import { type Problem, UserError } from "../../lib/user-error";
import { reportError } from "../report-error";

/**
 * Tells tests which run they belong to: a folder, in which the state of each of their stacks is. So the owner of what
 * they make tells their run.
 */
export const runVariable = "CNI_LAB_TEST_RUN";

/** Containers and networks of tests that are of no stack carry their run under this label. */
export const testLabel = "cni-lab.test";

/** Refuses to begin where a stack is there that a test would need for itself. @throws UserError that names all */
export async function requireNoTestStacks(): Promise<void> {
  // Before the machine is set up there is nothing to ask, and nothing there.
  const problems = testStackProblems(await thingsOfStacks().catch(() => []), ownOwner());
  if (problems.length > 0) {
    throw new UserError(problems);
  }
}

/** One problem for each stack that has a name reserved for tests and is there before their run begins. */
export function testStackProblems(things: readonly Thing[], own: string): Problem[] {
  const stacks = new Set(things.flatMap(({ stack }) => (stack?.startsWith(testPrefix) === true ? [stack] : [])));
  return [...stacks].sort().map((stack) => {
    const its = things.filter((thing) => thing.stack === stack);
    const others = its.filter(({ owner }) => owner !== own);
    const [{ owner } = { owner: own }] = others;
    const whose = owner === own ? "" : owner === "" ? ", of an unknown lab" : `, of the lab ${placeOf(owner)}`;
    return {
      field: "stack",
      value: stack,
      rule: `has a name reserved for tests and is there${whose}: ${thingsText(its)}`,
      fix: `if nobody needs it, run ./lab down ${stack}${owner === own ? "" : " --force"}`,
    };
  });
}

/** The owners of what a run of tests has made and not removed. */
export function ownersIn(run: string, things: readonly Thing[]): string[] {
  return [...new Set(things.map(({ owner }) => owner).filter((owner) => owner.startsWith(`file://${run}/`)))];
}

/** Removes what a run of tests has left in the container engine, and nothing of anybody else. */
export async function sweep(run: string): Promise<void> {
  const owners = ownersIn(run, await thingsOfStacks().catch(() => []));
  const labels = [`${testLabel}=${run}`, ...owners.map((owner) => `${ownerLabel}=${owner}`)];
  const clear = async (engine: ContainerEngine) => {
    for (const label of labels) {
      await remove(engine, await leftovers(engine, label));
    }
  };
  await askEngines(clear).catch((error) => reportError(error));
}
