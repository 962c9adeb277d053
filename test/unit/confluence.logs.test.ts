import { describe, expect, it, test } from "vitest";
import { insideNetwork } from "../../checks/readers/read";
import { calmSince, lastMembers, lastPanic, panicMarker, panicReason } from "../../labs/checks/confluence-log";
import { connectedWith, connectionBetween, joinedGroups, listensOn } from "../../labs/checks/confluence-sockets";

const at = (time: string, rest: string) => `2026-01-01 00:${time},123 ${rest}`;
const difference = (words: string) =>
  at(
    "00:30",
    `WARN [Caesium-1-1] [confluence.cluster.hazelcast.HazelcastClusterSafetyManager] onNumbersAreDifferent ${words}`,
  );
const panicLine = at(
  "00:30",
  "ERROR [Caesium-1-1] [confluence.cluster.safety.ClusterPanicListener] onClusterPanicEvent Received a panic event, stopping processing on the node: [Origin node: 1a2b3c4d listening on /10.244.1.4:5801] Clustered Confluence: Database is being updated by an instance which is not part of the current cluster. Check the network.",
);
const joined = (time: string, n: number) =>
  at(
    time,
    `INFO [main] [cluster.hazelcast.monitoring.HazelcastMembershipListener] logClusterMembers Cluster now has ${n} members: []`,
  );

describe("the reason of a panic", () => {
  it.each([
    [
      "the stand-in's",
      "Detected different number in database [-12] and cache [34]. Cache number last set by [/10.244.1.4:5801]. Triggering panic on node [/10.244.1.4:5801]",
      { database: "-12", cache: "34", writer: "/10.244.1.4:5801", node: "/10.244.1.4:5801" },
    ],
    [
      "with blanks in the brackets",
      "Detected different number in database [ 12 ] to number in cache [ -34 ]. Cache number last set by [ 1a2b3c4d ]. Triggering panic on node [ 5e6f7a8b ]",
      { database: "12", cache: "-34", writer: "1a2b3c4d", node: "5e6f7a8b" },
    ],
    [
      "with brackets in the names",
      "Detected different number in database [12] and cache [34]. Cache number last set by [[10.244.1.4]:5801]. Triggering panic on node [[10.244.2.4]:5801]",
      { database: "12", cache: "34", writer: "[10.244.1.4]:5801", node: "[10.244.2.4]:5801" },
    ],
  ])("is read from %s words", (_, words, panic) => {
    expect(lastPanic(difference(words))).toEqual(panic);
  });

  it("is that of the last panic", () => {
    const of = (n: number) =>
      difference(
        `Detected different number in database [${n}] and cache [0]. Cache number last set by [a]. Triggering panic on node [b]`,
      );
    expect(panicReason([of(1), panicLine, of(2), panicLine].join("\n"))).toBe(
      "the database has the number 2, its cache 0, last set by a; b panics",
    );
  });

  it("may be untold", () => {
    expect(panicReason(panicLine)).toBe("its log does not tell why");
    expect(panicReason("")).toBe("its log does not tell why");
  });
});

test.each([
  [panicLine, true],
  [panicLine.replace(" Clustered Confluence", "\nClustered Confluence"), true],
  [panicLine.replace("ClusterPanicListener", "OtherListener"), false],
  [panicLine.replace("is being updated", "is updated"), false],
])("the marker of a panic: %s", (log, expected) => {
  expect(panicMarker.test(log)).toBe(expected);
});

test.each([
  [[joined("00:10", 1), joined("00:20", 2)], "2"],
  [["Members {size:2, ver:2} [", joined("00:20", 1)], "1"],
  [[joined("00:10", 3), "Members {size:2, ver:2} ["], "2"],
])("how many members a log says there are, last", (lines, expected) => {
  expect(lastMembers.exec(lines.join("\n"))?.[1]).toBe(expected);
});

describe("how long a cluster has been calm", () => {
  const seen = (now: string, lines: readonly string[], image = "stand-in:1", interval = 10) =>
    calmSince(`now 2026-01-01 00:${now} interval ${interval} image ${image}\n\n${lines.join("\n")}`);

  test("counts from when it became one", () => {
    const lines = [joined("00:10", 1), joined("01:00", 2), at("01:01", "INFO [main] [x] y z")];
    expect(seen("01:39", lines)).toBe("for 39 of 40 s");
    expect(seen("01:40", lines)).toBe("calm");
  });

  test("is four intervals of the stack's, or of the vendor's image, which has one of its own", () => {
    expect(seen("03:00", [joined("01:00", 2)], "stand-in:1", 30)).toBe("calm");
    expect(seen("02:59", [joined("01:00", 2)], "stand-in:1", 30)).toBe("for 119 of 120 s");
    expect(seen("02:59", [joined("01:00", 2)], "atlassian/confluence:10", 10)).toBe("for 119 of 120 s");
  });

  test("counts from the log's first line where it does not tell of members", () => {
    expect(seen("01:00", ["no time", at("00:20", "INFO [main] [x] y z")])).toBe("calm");
  });

  test("is not at all after a panic, however long ago", () => {
    expect(seen("59:00", [joined("00:10", 2), panicLine])).toBe("it has panicked");
  });

  test("can't be told without times", () => {
    expect(seen("59:00", ["x"])).toBe("its log tells no time");
    expect(calmSince("")).toBe("its log tells no time");
  });
});

/** A line of /proc/net/tcp: addresses and ports as the kernel prints them. */
const socket = (local: string, remote: string, state: "01" | "0A" | "06") =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  2002        0 1`;
const listen = socket("0700F40A:16A9", "00000000:0000", "0A");
// 10.244.0.7:5801 and 10.244.1.7:40000.
const accepted = socket("0700F40A:16A9", "0701F40A:9C40", "01");
// 10.244.0.7:40000 and 10.96.0.9:5801.
const opened = socket("0700F40A:9C40", "0900600A:16A9", "01");
const database = socket("0700F40A:9C41", "0300600A:1538", "01");
const closing = socket("0700F40A:16A9", "0801F40A:9C40", "06");

describe("sockets of members", () => {
  test("where they listen", () => {
    expect(listensOn([listen, accepted].join("\n"))).toBe("10.244.0.7");
    expect(listensOn(socket("00000000:1F9A", "00000000:0000", "0A"))).toBe("");
  });

  test("with whom they are connected", () => {
    expect(connectedWith([listen, accepted, opened, database, closing].join("\n"))).toBe(
      "10.244.1.7:40000,10.96.0.9:5801",
    );
    expect(connectedWith([listen, database, closing].join("\n"))).toBe("nobody");
  });

  test("a connection is one of both ends' sight, by any address of the other", () => {
    const ends = (from: string, to: string) =>
      connectionBetween(`seek 10.244.1.7,10.96.0.9\n${from}\nseek 10.244.0.7\n${to}`);
    expect(ends(accepted, "")).toBe("10.244.1.7:40000");
    expect(ends(opened, "")).toBe("10.96.0.9:5801");
    expect(ends(listen, socket("0701F40A:9C40", "0700F40A:16A9", "01"))).toBe("10.244.0.7:5801");
    // Each end is asked for the other: what it has with itself, or with a third one, is no connection of theirs.
    expect(ends(listen, accepted)).toBe("none");
    expect(ends(socket("0700F40A:16A9", "0501F40A:9C40", "01"), "")).toBe("none");
    expect(ends(database, closing)).toBe("none");
  });

  test("which groups they have joined", () => {
    const igmp = [
      "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter",
      "2\teth0      :     2      V3",
      "\t\t\t\t010000E6     1 0:00000000\t\t0",
      "\t\t\t\t010000E0     1 0:00000000\t\t0",
    ].join("\n");
    expect(joinedGroups(igmp)).toBe("230.0.0.1 on eth0");
    expect(joinedGroups("")).toBe("");
  });
});

test.each([
  ["10.32.0.7 10.32.0.0/12", "inside"],
  ["10.47.255.255 10.32.0.0/12", "inside"],
  ["10.244.0.7 10.32.0.0/12", "outside"],
  [" 10.32.0.0/12", "unknown"],
  ["", "unknown"],
])("insideNetwork(%j) is %s", (text, expected) => {
  expect(insideNetwork(text)).toBe(expected);
});
