import fc from "fast-check";
import { expect, test } from "vitest";
import { longestGap, outageSpan, type Probe, pairOutages, total } from "../../driver/meter/outage";

const answered = (at: number, ms = 1): Probe => ({ from: "n1", to: "n2", at, ms });
const lost = (at: number, why = "timeout"): Probe => ({ from: "n1", to: "n2", at, ms: 1_000, lost: why });

test("a pair without loss has no times of a loss", () => {
  expect(pairOutages([answered(0), answered(100)])).toEqual([
    { from: "n1", to: "n2", sent: 2, lost: 0, longestGapMs: 100, reasons: {} },
  ]);
});

test("a pair that was cut off twice tells the first cut, its first answer, and from when on all were answered", () => {
  const probes = [
    answered(0),
    lost(100),
    lost(200),
    answered(300),
    answered(400),
    lost(500, "ECONNREFUSED"),
    answered(700),
  ];
  expect(pairOutages(probes)).toEqual([
    {
      from: "n1",
      to: "n2",
      sent: 7,
      lost: 3,
      firstLostMs: 100,
      answeredMs: 300,
      lastLostMs: 500,
      reachableMs: 700,
      longestGapMs: 300,
      reasons: { timeout: 2, ECONNREFUSED: 1 },
    },
  ]);
});

test("a pair that is not answered any more at the end has no time from which on it was", () => {
  const [pair, ...others] = pairOutages([answered(0), lost(100), answered(200), lost(300)]);
  expect(others).toEqual([]);
  expect(pair?.answeredMs).toBe(200);
  expect(pair).not.toHaveProperty("reachableMs", expect.anything());
});

test("an answer counts for the gap when it comes, not when it was asked for", () => {
  expect(longestGap([answered(0, 0), answered(100, 900), answered(200, 1_000)])).toBe(1_000);
});

test("a gap reaches from the first probe to the first answer, and from the last answer to the last probe", () => {
  expect(longestGap([lost(0), lost(100), answered(700, 0), answered(800, 0)])).toBe(700);
  expect(longestGap([answered(0, 0), lost(100), lost(1_000)])).toBe(1_000);
  expect(longestGap([lost(0), lost(5_000)])).toBe(5_000);
  expect(longestGap([])).toBe(0);
});

test("where the prober was not heard a gap ends and begins: nobody knows what was answered there", () => {
  const probes = [answered(0, 0), lost(100), lost(200), answered(5_000, 0), answered(5_100, 0)];
  const unseen = { from: "n1", fromMs: 300, toMs: 4_900 };
  expect(pairOutages(probes)[0]?.longestGapMs).toBe(5_000);
  expect(pairOutages(probes, [unseen])[0]?.longestGapMs).toBe(300);
  expect(pairOutages(probes, [{ ...unseen, fromMs: 150 }])[0]?.longestGapMs).toBe(150);
  expect(pairOutages(probes, [{ ...unseen, from: "n3" }])[0]?.longestGapMs).toBe(5_000);
  expect(longestGap([lost(0), lost(100)], [{ fromMs: 0, toMs: 100 }])).toBe(0);
});

const lostFrom = (from: number, count: number) => Array.from({ length: count }, (_, i) => lost(from + i * 100));
const other = (probe: Probe): Probe => ({ ...probe, from: "n2" });

test("fewer than five lost in a row are no cut, however many there are", () => {
  const probes = [...lostFrom(0, 4), answered(400), ...lostFrom(500, 4), answered(900)];
  expect(pairOutages(probes)[0]?.cutOff).toBeUndefined();
  expect(outageSpan(pairOutages(probes))).toBeUndefined();
});

test("a pair's cut reaches to the end of the last run of losses, single losses around it or not", () => {
  const probes = [
    lost(0),
    answered(100),
    ...lostFrom(200, 5),
    answered(700),
    ...lostFrom(800, 6),
    answered(1_400),
    lost(1_500),
  ];
  expect(pairOutages(probes)[0]?.cutOff).toEqual({ fromMs: 200, toMs: 1_400 });
});

test("the outage reaches from the first pair cut off to the last one reachable", () => {
  const probes = [
    ...lostFrom(100, 5),
    answered(600),
    other(answered(100)),
    ...lostFrom(900, 5).map(other),
    other(answered(1_400)),
  ];
  expect(outageSpan(pairOutages(probes))).toEqual({ fromMs: 100, toMs: 1_400 });
});

test("an outage is open while a pair is cut off, also when another one is reachable again", () => {
  const probes = [...lostFrom(100, 5), answered(600), ...lostFrom(900, 5).map(other)];
  expect(outageSpan(pairOutages(probes))).toEqual({ fromMs: 100, toMs: undefined });
});

const someProbes = fc.array(
  fc.record({
    from: fc.constantFrom("n1", "n2"),
    to: fc.constantFrom("n3", "Service"),
    at: fc.nat(100_000),
    ms: fc.nat(1_000),
    lost: fc.option(fc.constantFrom("timeout", "ECONNREFUSED"), { nil: undefined }),
  }),
);

test("every probe is in one pair, whatever the order they come in", () => {
  fc.assert(
    fc.property(someProbes, (probes) => {
      const pairs = pairOutages(probes);
      const sums = total(pairs);
      expect(sums.sent).toBe(probes.length);
      expect(sums.lost).toBe(probes.filter((probe) => probe.lost !== undefined).length);
      for (const pair of pairs) {
        expect(Object.values(pair.reasons).reduce((sum, count) => sum + count, 0)).toBe(pair.lost);
      }
      const byName = (all: typeof pairs) =>
        [...all].sort((a, b) => `${a.from} ${a.to}`.localeCompare(`${b.from} ${b.to}`));
      const distinct = new Set(probes.map(({ from, to, at }) => `${from} ${to} ${at}`)).size === probes.length;
      if (distinct) {
        expect(byName(pairOutages([...probes].reverse()))).toEqual(byName(pairs));
      }
    }),
  );
});

test("a loss more never makes the longest gap shorter", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 1 }), fc.nat(), (times, which) => {
      const probes = times.sort((a, b) => a - b).map((at) => answered(at, 0));
      const worse = probes.map((probe, i) => (i === which % probes.length ? lost(probe.at) : probe));
      expect(longestGap(worse)).toBeGreaterThanOrEqual(longestGap(probes));
    }),
  );
});

test("the times of a pair stand in order", () => {
  fc.assert(
    fc.property(someProbes, (probes) => {
      for (const { lost, sent, firstLostMs, answeredMs, lastLostMs, reachableMs } of pairOutages(probes)) {
        expect(lost).toBeLessThanOrEqual(sent);
        expect(firstLostMs === undefined).toBe(lost === 0);
        expect(answeredMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(firstLostMs ?? -1);
        expect(reachableMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(lastLostMs ?? -1);
        expect(reachableMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(answeredMs ?? -1);
      }
    }),
  );
});
