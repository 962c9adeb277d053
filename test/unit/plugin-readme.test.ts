import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandProvider } from "../../toolchain/plugins/command/provider";
import { keysWithoutEffect } from "../../toolchain/plugins/kubernetes/settings";
import { parseToken } from "../../toolchain/plugins/kubernetes/token";

const folder = join(__dirname, "../../toolchain/plugins");
const page = readFileSync(join(folder, "README.md"), "utf8");
const section = (title: string): string => page.split("\n## ").find((part) => part.startsWith(title)) ?? "";

describe("the page of the lab's own plugins", () => {
  it.each([
    ["`helm.v3.Release`", "kubernetes:helm.sh/v3:Release"],
    ["`helm.v3.Chart`", "kubernetes:helm.sh/v3:Chart"],
    ["`helm.v4.Chart`", "kubernetes:helm.sh/v4:Chart"],
    ["`yaml.*`", "kubernetes:yaml:ConfigFile"],
    ["`yaml.v2.*`", "kubernetes:yaml/v2:ConfigGroup"],
    ["`kustomize.*`", "kubernetes:kustomize/v2:Directory"],
    ["`...Patch`", "kubernetes:apps/v1:DeploymentPatch"],
    ["`...List`", "kubernetes:apps/v1:DeploymentList"],
  ])("names %s as refused, and it is", (name, token) => {
    expect(section("Refused")).toContain(name);
    expect(() => parseToken(token)).toThrow(/not supported by cni-lab's own plugin/);
  });

  it.each(["CopyToRemote", "CopyFile"])("names %s as refused, and it is", (name) => {
    expect(section("Refused")).toContain(`\`${name}\``);
    expect(commandProvider.resource(`command:remote:${name}`)).toBeUndefined();
  });

  it("names every key that is taken and has no effect", () => {
    for (const key of keysWithoutEffect) expect(section("What differs")).toContain(`\`${key}\``);
  });

  it("is where README sends a reader", () => {
    expect(readFileSync(join(folder, "../../README.md"), "utf8")).toContain(
      "[their page](toolchain/plugins/README.md)",
    );
  });
});
