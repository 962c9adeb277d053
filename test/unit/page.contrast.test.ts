import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const css = readFileSync(path.resolve(__dirname, "../../report/page/page.css"), "utf8");
const [light = "", dark = ""] = [...css.matchAll(/:root \{(.*?)\n\s*\}/gs)].map(([, block]) => block);
const colours = (block: string) =>
  Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", value = ""]) => [name, value]),
  );

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Text on what lies behind it; no checker sees into a picture. */
const text: readonly (readonly [string, ...string[]])[] = [
  ["ink", "paper", "panel", "pod", "bridge", "tunnel", "nic", "good-paper", "bad-paper", "warn-paper"],
  ["soft", "paper", "panel", "pod", "bridge", "tunnel", "nic", "good-paper", "bad-paper", "warn-paper"],
  ["accent", "paper", "panel"],
  ["good", "paper", "good-paper"],
  ["bad", "paper", "bad-paper"],
  ["warn", "paper", "warn-paper"],
  // The numbers of faults.
  ["panel", "bad", "warn"],
];
/** Lines that mean something, on what they lie on. */
const lines: readonly (readonly [string, ...string[]])[] = [
  ["pod-line", "panel"],
  ["bridge-line", "panel"],
  ["tunnel-line", "panel", "paper"],
  ["nic-line", "panel", "paper"],
  ["net1", "panel"],
  ["bad", "panel", "paper"],
  ["warn", "panel", "paper"],
  ["accent", "paper"],
];

describe.each([
  ["light", colours(light)],
  ["dark", { ...colours(light), ...colours(dark) }],
])("in the %s scheme", (_, palette) => {
  const pairs = (list: typeof text) => list.flatMap(([front, ...backs]) => backs.map((back) => [front, back] as const));

  test.each(pairs(text))("text in %s on %s can be read (WCAG AA)", (front, back) => {
    expect(contrast(palette[front] ?? "", palette[back] ?? "")).toBeGreaterThanOrEqual(4.5);
  });

  test.each(pairs(lines))("a line in %s on %s can be seen", (front, back) => {
    expect(contrast(palette[front] ?? "", palette[back] ?? "")).toBeGreaterThanOrEqual(3);
  });
});

test("the dark scheme has every colour of the light one", () => {
  expect(Object.keys(colours(dark))).toEqual(Object.keys(colours(light)));
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});
