import fc from "fast-check";
import { expect, test } from "vitest";
import { nodesPerResource } from "../../driver/adopt/nodes-per-resource";

test("a small cluster has resources of its own for each node, a large one few in all", () => {
  expect([1, 20, 21, 100, 200, 1000, 5000].map(nodesPerResource)).toEqual([1, 1, 10, 10, 20, 100, 100]);
});

test("up to a thousand nodes no cluster needs more than ten of a kind above twenty", () => {
  fc.assert(
    fc.property(fc.integer({ min: 21, max: 1000 }), (nodes) => {
      expect(Math.ceil(nodes / nodesPerResource(nodes))).toBeLessThanOrEqual(10);
    }),
  );
});
