import { expect, test } from "vitest";
import { describeProblem } from "../../lib/user-error";
import { versions } from "../../lib/versions";
import { missingImage } from "../../stacks/node-image";
import { requirePulumi } from "../../stacks/pulumi-version";

test("a Pulumi CLI that can't do all is refused, with the version to take", () => {
  expect(() => requirePulumi(false)).toThrow(
    `Pulumi CLI: is too old: the lab is tested with ${versions.pulumi}; install that one or a newer one: https://`,
  );
  expect(() => requirePulumi(true)).not.toThrow();
});

test("a missing image is told with what builds it, and one of somebody's own with the way back", () => {
  expect(describeProblem(missingImage("localhost/cni-lab/node:1", "localhost/cni-lab/node:1"))).toBe(
    'node image is "localhost/cni-lab/node:1": is not on this machine; build it with: npm run node-image',
  );
  expect(missingImage("localhost/cni-lab/node:1", "localhost/cni-lab/node:1", "docker").fix).toBe(
    "build it with: npm run node-image -- docker",
  );
  expect(describeProblem(missingImage("localhost/mine:1", "localhost/cni-lab/node:1"))).toBe(
    'nodeImage is "localhost/mine:1": is not on this machine; build or pull it, or take this version\'s: pulumi config rm nodeImage',
  );
});
