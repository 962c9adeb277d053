import { expect, test } from "vitest";
import { listText, rowOf } from "../../cli/commands/list";
import { loadLabs } from "../../labs";
import { checkOf, labOf } from "./checks.fake";

const broken = labOf([checkOf()], {
  id: "dhcp-x",
  bug: "the plugin needs a daemon on every node, and there is none",
  symptom: "the pod hangs in ContainerCreating: error dialing DHCP daemon",
  minutes: 3,
  memoryMiB: 1600,
});
const rows = [rowOf(broken, "up"), rowOf(labOf([checkOf()], { memoryMiB: 2048 }), "-")];

test("a line for each lab: bug, symptom, minutes, memory, state", () => {
  expect(listText(rows, undefined).split("\n")).toEqual([
    "lab     bug                                                         symptom                                                        minutes  memory   state",
    "dhcp-x  the plugin needs a daemon on every node, and there is none  the pod hangs in ContainerCreating: error dialing DHCP daemon  3        1.6 GiB  up",
    "test    none: a lab                                                 -                                                              1        2.0 GiB  -",
  ]);
});

test("on a terminal the sentences are wrapped, and nothing is cut off", () => {
  const text = listText(rows, 100);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(text.split("\n").slice(1, 3)).toEqual([
    "dhcp-x  the plugin needs a daemon on      the pod hangs in                  3        1.6 GiB  up",
    "        every node, and there is none     ContainerCreating: error dialing",
  ]);
  expect(text).not.toContain("…");
});

test("every lab has its line, in a terminal of any width", async () => {
  const labs = await loadLabs();
  for (const columns of [40, 80, 120, 250]) {
    const text = listText(
      labs.map((lab) => rowOf(lab, "-")),
      columns,
    );
    for (const lab of labs) {
      expect(text).toMatch(new RegExp(`^${lab.id} `, "m"));
    }
    expect(text).not.toContain("…");
  }
});
