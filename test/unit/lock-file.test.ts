import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

interface Locked {
  readonly link?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = path.resolve(__dirname, "../..");
const { packages }: { packages: Record<string, Locked> } = JSON.parse(
  readFileSync(path.join(root, "package-lock.json"), "utf8"),
);

/** The folders in which a package's dependency may lie, as Node looks for it. */
function places(from: string, name: string): string[] {
  const parts = from.split("/node_modules/");
  return ["", ...parts.map((_, i) => `${parts.slice(0, i + 1).join("/node_modules/")}/`)].map(
    (folder) => `${folder}node_modules/${name}`,
  );
}

test("the packages of every system are locked, so that npm ci works on each", () => {
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !places(from, name).some((place) => place in packages))
      .map((name) => `${name} of ${from}`),
  );
  // Written by: npm install --package-lock-only
  expect(missing).toEqual([]);
});

test("each package is known by its digest, and no registry is named", () => {
  const fetched = Object.entries(packages).filter(([name, { link }]) => name.includes("node_modules/") && !link);
  expect(fetched.length).toBeGreaterThan(100);
  expect(fetched.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-")).map(([name]) => name)).toEqual(
    [],
  );
  expect(fetched.filter(([, { resolved }]) => resolved !== undefined).map(([name]) => name)).toEqual([]);
});
