import { expect } from "vitest";
import type { LabUnderTest } from "./lab";
import { besides, otherThan, type Swappable } from "./only-cni";
import type { Cell } from "./swap-cells";
import { type Look, lookAt } from "./swap-facts";
import { breakSwap, upArgs } from "./swap-faults";
import { restsOn, untilSeen } from "./swap-moments";

/** Seconds in which a cluster comes to rest by itself. */
const restSeconds = 30;

/**
 * Begins a swap, lets it fail, and has the next update finish or undo it. Fails the test unless the cluster has the one
 * CNI and nothing else then.
 */
export async function recover(lab: LabUnderTest, cell: Cell): Promise<void> {
  const pulumi = (...args: string[]) => lab.run("pulumi", "-s", lab.stack, ...args);
  const { from, look } = await start(lab);
  const to = otherThan(from);
  const exitCode = await breakSwap(lab, look, { from, to }, cell);
  // systemd starts a kubelet again, and the swap goes on.
  if (cell.fault === "kubelet") expect(exitCode).toBe(0);
  else expect(exitCode).not.toBe(0);

  // An engine that was killed holds its lock for ever.
  if (cell.fault === "engine") expect((await pulumi("cancel", "--yes", lab.stack)).exitCode).toBe(0);
  const wanted = cell.goes === "on" ? to : from;
  expect((await pulumi(...upArgs(wanted))).exitCode).toBe(0);
  await expect(besides(lab, wanted)).resolves.toEqual([]);
}

/** The CNI that the cluster has. What was left in the middle of a swap, by a test that failed, is brought to its end. */
async function start(lab: LabUnderTest): Promise<{ readonly from: Swappable; readonly look: Look }> {
  const look = await lookAt(lab);
  try {
    return { from: await untilRest(look), look };
  } catch (error) {
    console.log(`${error}; what was begun is ended first`);
  }
  const { desired } = (await look()) ?? {};
  if (desired === undefined) throw new Error("nothing tells which CNI the cluster is to have");
  await lab.run("pulumi", "-s", lab.stack, "cancel", "--yes", lab.stack);
  await lab.run("pulumi", "-s", lab.stack, ...upArgs(desired));
  // A node that was started again has other processes.
  const again = await lookAt(lab);
  return { from: await untilRest(again), look: again };
}

function untilRest(look: Look): Promise<Swappable> {
  return untilSeen("a cluster at rest", look, restsOn, { seconds: restSeconds });
}
