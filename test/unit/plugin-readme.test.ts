import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { LOCAL_COMMAND } from "../../toolchain/plugins/command/inputs";
import { commandProvider } from "../../toolchain/plugins/command/provider";
import { type Call, type Checked, Failures, notSupportedBy, type Tree, UNKNOWN } from "../../toolchain/plugins/host";
import { decode, encode } from "../../toolchain/plugins/host/wire";
import { check } from "../../toolchain/plugins/kubernetes/check";
import { checkConfig } from "../../toolchain/plugins/kubernetes/config";
import { Connection } from "../../toolchain/plugins/kubernetes/connection";
import { keysWithoutEffect } from "../../toolchain/plugins/kubernetes/settings";
import { parseToken } from "../../toolchain/plugins/kubernetes/token";
import { differences, pluginPage, refused } from "../plugin-page";

const root = path.resolve(__dirname, "../..");

const type = (token: string) => () => void parseToken(`kubernetes:${token}`);
const passed = (checked: Checked): void => {
  if (checked instanceof Failures) throw new Error(checked.failures.map(({ reason }) => reason).join());
};
const configured = (news: Tree) => () => passed(checkConfig(news));
const patched = async () => {
  const about = { urn: "urn:x", type: "kubernetes:example.com/v1:WidgetPatch", name: "x" };
  const asked = { ...about, news: { kind: "Widget" }, olds: {}, randomSeed: new Uint8Array() };
  passed(await check(asked, new Connection({ kubeconfig: UNKNOWN }), new Map(), {} as Call));
};
const command = (name: string) => () => {
  if (commandProvider.resource(`command:remote:${name}`) === undefined) throw new Error(notSupportedBy("command"));
};
const input = (name: string) => () => {
  throw new Error(LOCAL_COMMAND[name]?.refused);
};
const asset = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: "x" };

/** What is refused, by the name that the page has for it. */
const refusals: Readonly<Record<string, () => void | Promise<void>>> = {
  "helm.v3.Release": type("helm.sh/v3:Release"),
  "helm.v3.Chart": type("helm.sh/v3:Chart"),
  "helm.v4.Chart": type("helm.sh/v4:Chart"),
  "yaml.*": type("yaml:ConfigFile"),
  "yaml.v2.*": type("yaml/v2:ConfigGroup"),
  "kustomize.*": type("kustomize/v2:Directory"),
  "...Patch": type("apps/v1:DeploymentPatch"),
  "...List": type("apps/v1:DeploymentList"),
  CustomResourcePatch: patched,
  renderYamlToDirectory: configured({ renderYamlToDirectory: "out" }),
  "enableServerSideApply: false": configured({ enableServerSideApply: "false" }),
  CopyToRemote: command("CopyToRemote"),
  CopyFile: command("CopyFile"),
  assetPaths: input("assetPaths"),
  archivePaths: input("archivePaths"),
  triggers: () => void decode(encode({ triggers: [asset] }), "command"),
};

describe("the page of the lab's own plugins", () => {
  it("names all that is refused, and nothing else", () => {
    expect(refused).toEqual(Object.keys(refusals));
  });

  it.each(Object.entries(refusals))("%s is refused in the plugin's name", async (_, refuse) => {
    const refusal = /not supported by cni-lab's own (kubernetes|command) plugin/;
    await expect((async () => refuse())()).rejects.toThrow(refusal);
  });

  it("names every key that is taken and has no effect", () => {
    for (const key of keysWithoutEffect) expect(differences.join()).toContain(`\`${key}\``);
  });

  it("has no difference that no test shows", () => {
    const files = readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" });
    const tests = files.filter((file) => file.endsWith(".test.ts"));
    const text = tests.map((file) => readFileSync(path.join(root, "test", file), "utf8")).join();
    expect(differences.length).toBeGreaterThan(10);
    expect(differences.filter((what) => !text.includes(`row(${JSON.stringify(what)})`))).toEqual([]);
  });

  it("is where README sends a reader", () => {
    expect(pluginPage).toMatch(/^# The lab's own plugins$/m);
    expect(readFileSync(path.join(root, "README.md"), "utf8")).toContain("[their page](toolchain/plugins/README.md)");
  });
});
