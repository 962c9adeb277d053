import type { PackageSchema } from "../host";
import { type Kind, LOCAL_COMMAND, LOCAL_RUN, REMOTE_COMMAND, type Shape } from "./inputs";

/** The package as `pulumi package get-schema` and programs in YAML want it: what the checks of inputs say, in its words. */
export function schema(): PackageSchema {
  const types: Record<string, object> = {};
  const result = { stdout: { type: "string" }, stderr: { type: "string" } };
  const resource = (shape: Shape) => {
    const { properties, required } = object(shape, types);
    return { properties: { ...properties, ...result }, inputProperties: properties, requiredInputs: required };
  };
  const local = object(LOCAL_RUN, types);
  return {
    types,
    resources: {
      "command:local:Command": resource(LOCAL_COMMAND),
      "command:remote:Command": resource(REMOTE_COMMAND),
    },
    functions: {
      "command:local:run": {
        inputs: { type: "object", ...local },
        outputs: { type: "object", properties: { ...local.properties, ...result } },
      },
    },
  };
}

function object(shape: Shape, types: Record<string, object>) {
  const there = Object.entries(shape).filter(([, { refused }]) => refused === undefined);
  const properties = Object.fromEntries(there.map(([name, { kind }]) => [name, typeOf(name, kind, types)]));
  return { properties, required: there.filter(([, field]) => field.required).map(([name]) => name) };
}

/** The type of a property; that of an object is put among the types, under the name of the property. */
function typeOf(name: string, kind: Kind, types: Record<string, object>): object {
  const text = { type: "string" };
  switch (kind) {
    case "string":
    case "boolean":
    case "number":
      return { type: kind };
    case "strings":
      return { type: "array", items: text };
    case "string map":
      return { type: "object", additionalProperties: text };
    case "list of anything":
      return { type: "array", items: { $ref: "pulumi.json#/Any" } };
    default: {
      if ("oneOf" in kind) return text;
      const token = `command:remote:${name === "proxy" ? "ProxyConnection" : "Connection"}`;
      types[token] = { type: "object", ...object(kind.object, types) };
      return { $ref: `#/types/${token}` };
    }
  }
}
