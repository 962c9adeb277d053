import { expect, test } from "vitest";
import type { Check } from "../../checks/language/check";
import { healthyNetwork, healthyOnExisting } from "../../labs/checks/healthy";
import { existingLab } from "../../labs/existing";

/** Whether a check asks a pod or a server that the lab alone has made. */
function asksTheLabs({ steps }: Check): boolean {
  const asked = JSON.stringify(steps);
  return /\{(from\.|to\.)?leased(Pod|Net1|Mac)\}|"at":"((from\.|to\.)?leased|dhcp-server|dhcp-log)"/.test(asked);
}

test("a cluster that was adopted is asked for nothing that the lab alone makes for a network with leases", () => {
  expect(healthyNetwork.filter(asksTheLabs).length).toBeGreaterThan(3);
  expect(
    existingLab("shop", {})
      .checks.healthy.filter(asksTheLabs)
      .map(({ id }) => id),
  ).toEqual([]);
  expect(healthyOnExisting.map(({ id }) => id)).toContain("cni-dhcp-ready");
});
