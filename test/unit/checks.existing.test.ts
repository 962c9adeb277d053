import { expect, test } from "vitest";
import type { Check } from "../../checks/language/check";
import { healthyNetwork, healthyOnAnyCni, healthyOnExisting } from "../../labs/checks/healthy";
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

test("a cluster with a CNI that the lab does not know is asked for what any CNI does", () => {
  const { values, checks } = existingLab("shop", { cluster: "existing", cni: "none", otherCni: "Calico" });
  expect(values.cni).toBe("none");
  expect(checks.healthy).toBe(healthyOnAnyCni);
  const heldBack = checks.healthy.filter(({ when }) => when !== undefined);
  expect(heldBack.map(({ id }) => id)).toEqual([]);
});
