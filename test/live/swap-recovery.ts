import { expect } from "vitest";
import type { LabUnderTest } from "./lab";
import { besides, otherThan, type Swappable } from "./only-cni";
import type { Cell } from "./swap-cells";
import { breakSwap, upArgs } from "./swap-faults";

/**
 * Begins a swap, lets it fail, and has the next update finish or undo it. Fails the test unless the cluster has the one
 * CNI and nothing else then.
 *
 * @param from the CNI that the cluster has
 * @returns the CNI that it has afterwards
 */
export async function recover(lab: LabUnderTest, from: Swappable, cell: Cell): Promise<Swappable> {
  const to = otherThan(from);
  const broken = await breakSwap(lab, { from, to }, cell);
  expect(broken.at, "what the engine printed at the moment").toBeDefined();
  // systemd starts a kubelet again, and the swap goes on.
  if (cell.fault === "kubelet") expect(broken.exitCode).toBe(0);
  else expect(broken.exitCode).not.toBe(0);

  const pulumi = (...args: string[]) => lab.run("pulumi", "-s", lab.stack, ...args);
  // An engine that was killed holds its lock for ever.
  if (cell.fault === "engine") expect((await pulumi("cancel", "--yes", lab.stack)).exitCode).toBe(0);
  const wanted = cell.goes === "on" ? to : from;
  expect((await pulumi(...upArgs(wanted))).exitCode).toBe(0);
  await expect(besides(lab, wanted)).resolves.toEqual([]);
  return wanted;
}
