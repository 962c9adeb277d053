import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { LOCAL_COMMAND } from "../../toolchain/plugins/command/inputs";
import { schema as commandSchema } from "../../toolchain/plugins/command/schema";
import { schema as kubernetesSchema } from "../../toolchain/plugins/kubernetes/schema";

describe("the schema of kubernetes", () => {
  const { resources, language } = kubernetesSchema();

  it("has each kind under the token that a program has for it, with its fields", () => {
    expect(resources["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"]).toMatchObject({
      inputProperties: {
        apiVersion: { type: "string", const: "rbac.authorization.k8s.io/v1" },
        kind: { type: "string", const: "RoleBinding" },
        metadata: { $ref: "pulumi.json#/Any" },
        roleRef: { $ref: "pulumi.json#/Any" },
        subjects: { $ref: "pulumi.json#/Any" },
      },
    });
    expect(resources).toHaveProperty(["kubernetes:core/v1:ConfigMap"]);
  });

  it("names the classes of @pulumi/kubernetes, so that code which an import writes finds them", () => {
    const { moduleToPackage } = (language?.nodejs ?? {}) as { moduleToPackage: Record<string, string> };
    expect(moduleToPackage).toMatchObject({ "core/v1": "core/v1", "rbac.authorization.k8s.io/v1": "rbac/v1" });
    const sdk = path.dirname(require.resolve("@pulumi/kubernetes/package.json"));
    const lost = Object.keys(resources).filter((token) => {
      const [, module = "", kind = ""] = token.split(":");
      const types = readFileSync(path.join(sdk, moduleToPackage[module] ?? "", "index.d.ts"), "utf8");
      return !types.includes(`export declare const ${kind}: `);
    });
    expect(lost).toEqual([]);
  });
});

it("the schema of command has what its checks take, and no input that is refused", () => {
  const { resources, types, functions } = commandSchema();
  const there = Object.entries(LOCAL_COMMAND).filter(([, { refused }]) => refused === undefined);
  const { inputProperties, properties } = resources["command:local:Command"] as Record<string, object>;
  expect(Object.keys(inputProperties ?? {})).toEqual(there.map(([name]) => name));
  expect(properties).toMatchObject({ stdout: { type: "string" }, triggers: { type: "array" } });
  expect(resources["command:remote:Command"]).toMatchObject({
    requiredInputs: ["connection"],
    inputProperties: { connection: { $ref: "#/types/command:remote:Connection" } },
  });
  expect(types).toMatchObject({
    "command:remote:Connection": { required: ["host"] },
    "command:remote:ProxyConnection": {},
  });
  expect(functions).toMatchObject({ "command:local:run": { inputs: { required: ["command"] } } });
});
