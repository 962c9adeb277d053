import { describe, expect, test } from "vitest";
import { seedOfRun } from "../live/seed";
import { allCells, faults, moments, someCells } from "../live/swap-cells";

const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe("the failures of a swap", () => {
  test("all of them: each fault at each moment, one in two of which goes back", () => {
    const cells = allCells(7);
    expect(new Set(cells.map(({ fault, moment }) => `${fault} ${moment}`)).size).toBe(24);
    expect(cells.filter(({ goes }) => goes === "back")).toHaveLength(12);
  });

  test("some of them: four faults at four moments, of which two go back, with every seed", () => {
    for (const cells of seeds.map(someCells)) {
      expect(cells.map(({ fault }) => fault).sort()).toEqual([...faults].sort());
      expect(new Set(cells.map(({ moment }) => moment)).size).toBe(4);
      expect(cells.filter(({ goes }) => goes === "back")).toHaveLength(2);
    }
  });

  test("a seed decides them; every fault meets every moment with some seed", () => {
    expect(someCells(3)).toEqual(someCells(3));
    expect(someCells(3)).not.toEqual(someCells(4));
    const met = seeds.flatMap(someCells).map(({ fault, moment }) => `${fault} ${moment}`);
    expect(new Set(met).size).toBe(faults.length * moments.length);
  });

  test("the seed is the environment's, or another one each time", () => {
    expect(seedOfRun("41")).toBe(41);
    const others = Array.from({ length: 5 }, () => seedOfRun(""));
    expect(new Set(others).size).toBeGreaterThan(1);
    expect(others.every(Number.isInteger)).toBe(true);
  });
});
