import { expect, test } from "vitest";
import type { Probe } from "../../driver/meter/outage";
import { outageReport, reportLines, summary } from "../../driver/meter/report";

const subject = { from: "flannel", to: "weave", strategy: "rolling" };

function probes(from: string, to: string, count: number, lost: readonly number[] = []): Probe[] {
  return Array.from({ length: count }, (_, i) => ({
    from,
    to,
    at: i * 100,
    ms: 2,
    lost: lost.includes(i) ? "no answer in 1 s" : undefined,
  }));
}

/** Of all nodes, all the time. */
const seen = (all: readonly Probe[]) => ({ everyMs: 100, probes: all, unseen: [] });

test("a swap without loss is said in one line", () => {
  const all = [...probes("n1", "Service", 1_200), ...probes("n1", "n2", 600), ...probes("n1", "DNS", 300)];
  expect(summary(outageReport(subject, 104_640, seen(all)))).toBe(
    "0 of 1,200 requests to the Service lost; longest gap 0.1 s; between nodes 0 of 600, DNS 0 of 300; no outage; took 104.6 s",
  );
});

test("losses stand in the line of their pair, and in the sum of their kind", () => {
  const all = [...probes("n2", "DNS", 20, [19]), ...probes("n1", "n2", 20, [5, 6, 9]), ...probes("n1", "Service", 20)];
  const report = outageReport(subject, 2_000, seen(all));
  const why = "no answer in 1 s";
  expect(report.lostProbes).toEqual([
    ...[500, 600, 900].map((atMs) => ({ from: "n1", to: "n2", atMs, why })),
    { from: "n2", to: "DNS", atMs: 1_900, why },
  ]);
  expect(reportLines(report)).toEqual([
    "from  to       sent  lost  first lost ms  answered ms  for good ms  longest gap ms",
    "n1    Service  20    0     -              -            -            100",
    "n1    n2       20    3     500            700          1,000        300",
    "n2    DNS      20    1     1,900          -            never        100",
    "0 of 20 requests to the Service lost; longest gap 0.1 s; between nodes 3 of 20, DNS 1 of 20; no outage; took 2.0 s",
  ]);
});

test("a time in which a prober was not heard is told, and counts neither as answered nor as lost", () => {
  const all = [...probes("n1", "Service", 20), ...probes("n2", "Service", 5)];
  const unseen = [
    { from: "n2", fromMs: 410.4, toMs: 1_500 },
    { from: "n2", fromMs: 1_600, toMs: 2_000 },
  ];
  const report = outageReport(subject, 2_000, { everyMs: 100, probes: all, unseen });
  expect(report.unseen[0]).toEqual({ from: "n2", fromMs: 410, toMs: 1_500 });
  expect(reportLines(report).slice(-3)).toEqual([
    "not seen from n2: 410 to 1,500 ms, as its prober was not heard; neither answered nor lost",
    "not seen from n2: 1,600 to 2,000 ms, as its prober was not heard; neither answered nor lost",
    "0 of 25 requests to the Service lost; longest gap 0.1 s; between nodes 0 of 0, DNS 0 of 0; no outage; not seen: n2 for 1.5 s; took 2.0 s",
  ]);
});

test("an outage is told from the first pair cut off to the last one reachable, or that it has not ended", () => {
  const cut = probes("n1", "n2", 50, [10, 11, 12, 13, 14]);
  const later = [...cut, ...probes("n2", "n1", 50, [25, 26, 27, 28, 29])];
  expect(summary(outageReport(subject, 5_000, seen(later)))).toContain("; outage 2.0 s;");
  const open = [...cut, ...probes("n2", "n1", 50, [45, 46, 47, 48, 49])];
  expect(summary(outageReport(subject, 5_000, seen(open)))).toContain("; outage has not ended;");
});

test("where it asked less often than it could, it says so", () => {
  const rare = outageReport(subject, 5_000, { everyMs: 1_400, probes: [], unseen: [] });
  expect(summary(rare)).toContain("no outage; asked every 1.4 s; took 5.0 s");
});
