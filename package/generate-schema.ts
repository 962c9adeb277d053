import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import * as facades from "../components/facades";
import { description } from "./package.json";

/**
 * The schema of the components for programs in other languages, as Pulumi's own analyzer reads it off their types. Without
 * a version: the plugin says its own.
 */
export function facadeSchema(): string {
  // The analyzer looks for the sources that this names.
  const manifest = { main: "../components/facades/index.ts" };
  const { components, typeDefinitions, dependencies } = new Analyzer(
    __dirname,
    "cni-lab",
    manifest as never,
    new Set(Object.keys(facades)),
  ).analyze();
  const schema = generateSchema("cni-lab", "0.0.0", description, components, typeDefinitions, dependencies);
  return `${JSON.stringify({ ...schema, version: undefined }, undefined, 2)}\n`;
}

if (require.main === module) {
  writeFileSync(join(__dirname, "plugin/schema.json"), facadeSchema());
}
