import type { PackageSchema } from "../host";
import kinds from "./kinds.json";

const any = { $ref: "pulumi.json#/Any" };
const text = { type: "string" };
/** What every object has. */
const common = { apiVersion: text, kind: text, metadata: any };

/**
 * The package for `pulumi import`, `pulumi package get-schema` and programs in YAML: each kind that the lab's API server
 * serves itself, with its fields, whose insides are not told. It lies in a table, as the engine asks for it before it
 * tells which cluster, and keeps the first answer. A test holds the table to the API server's own OpenAPI document.
 */
export function schema(): PackageSchema {
  const all = Object.entries(kinds).flatMap(([apiVersion, ofVersion]) =>
    Object.entries(ofVersion).map(([kind, fields]) => ({ module: moduleOf(apiVersion), apiVersion, kind, fields })),
  );
  const resources = all.map(({ module, apiVersion, kind, fields }) => {
    const own = Object.fromEntries(fields.map((field) => [field, any]));
    const isWhich = { apiVersion: { ...text, const: apiVersion }, kind: { ...text, const: kind } };
    const inputProperties = { ...common, ...own, ...isWhich };
    return [`kubernetes:${module}:${kind}`, { properties: { ...inputProperties, status: any }, inputProperties }];
  });
  const moduleToPackage = Object.fromEntries(all.map(({ module }) => [module, module.replace(/\..*\//, "/")]));
  return { resources: Object.fromEntries(resources), language: { nodejs: { moduleToPackage } } };
}

/** `v1` is `core/v1`. */
function moduleOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
}
