import fc from "fast-check";
import { expect, test } from "vitest";
import { othersOf, paceOf } from "../../driver/meter/pace";

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i + 1}`);

test("a small cluster is asked ten times a second, each node for each other", () => {
  expect([1, 2, 3, 6].map((nodes) => paceOf(nodes))).toEqual([
    { everyMs: 100, others: 0 },
    { everyMs: 100, others: 1 },
    { everyMs: 100, others: 2 },
    { everyMs: 100, others: 5 },
  ]);
});

test("a large one sees no more than 500 probes a second in all", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (nodes) => {
      const { everyMs, others } = paceOf(nodes);
      expect((nodes * (others + 2) * 1000) / everyMs).toBeLessThanOrEqual(500);
    }),
  );
  expect(paceOf(100)).toEqual({ everyMs: 1400, others: 5 });
});

test("who asks for less gets less, and never more", () => {
  expect(paceOf(3, 1000).everyMs).toBe(1000);
  expect(paceOf(100, 200).everyMs).toBe(1400);
});

test("each node asks others, and is asked by as many", () => {
  expect(othersOf("n3", names(4), paceOf(4))).toEqual(["n4", "n1", "n2"]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (count) => {
      const nodes = names(count);
      const pace = paceOf(count);
      const asked = nodes.flatMap((node) => {
        const others = othersOf(node, nodes, pace);
        expect(others).not.toContain(node);
        expect(new Set(others).size).toBe(pace.others);
        return others;
      });
      for (const node of nodes) {
        expect(asked.filter((each) => each === node)).toHaveLength(pace.others);
      }
    }),
  );
});
