import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testChain } from "./chain";
import { LabUnderTest, type Ran } from "./lab";
import { testBreakAndFix, testDown, testPage } from "./parts";

/** One cluster for all labs of a second network: each brings its bug about there, and mends it. */
const lab = new LabUnderTest("dhcp-no-daemon");
let up: Ran;

beforeAll(async () => {
  up = await lab.run("up", lab.stack);
});

afterAll(async () => {
  await lab.end();
});

test("up shows the bug", () => {
  expect(up.exitCode).toBe(0);
  expect(up.all).toMatch(/^ok +hangs-without-daemon n2: .*error dialing DHCP daemon: dial unix \/run\/cni\/dhcp.sock/m);
});

testPage(lab, "dhcp-no-daemon");

describe.each([
  ["macvlan-duplicate-ip", /^ok +shared-net1 n2 -> n1: .* answers for it too/m],
  ["dhcp-lease-leak", /^ok +lease-stays n2: .* the server still holds/m],
  ["dhcp-bad-routes", /^ok +hangs-for-route n2: .*network is unreachable.* in option 121/m],
])("lab %s", (id, symptom) => {
  testBreakAndFix(lab, id, symptom);
});

testChain(lab);
// Its daemons are restarted in the middle: the addresses of both nodes are named, with the mend.
testPage(lab, "multihomed", {
  complaint: /^FAILED +lease-care .*recreate these pods[^[]*: \[(?=[^\]]* on n1\b)(?=[^\]]* on n2\b)192\.168\.0\.\d/m,
});
testDown(lab);
