import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** The long forms of tests run only where they are asked for. */
const long = process.env.CNI_LAB_LONG === "1";

/** One kind of test: those under its folder. */
const project = (name: string, options: { readonly timeout: number; readonly parallel: boolean }) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    exclude: long ? [] : ["**/*.long.test.ts"],
    testTimeout: options.timeout,
    hookTimeout: options.timeout,
    pool: "forks" as const,
    // Vitest reads fileParallelism of the root only.
    poolOptions: { forks: { singleFork: !options.parallel } },
  },
});

const minutes = 60_000;

export default defineConfig({
  test: {
    // Vitest would leave one for itself, and idle it: on two processors all files would run one after another.
    maxWorkers: availableParallelism(),
    projects: [
      project("unit", { timeout: 1 * minutes, parallel: true }),
      project("engine", { timeout: 3 * minutes, parallel: true }),
      project("live", { timeout: 15 * minutes, parallel: false }),
    ],
  },
});
