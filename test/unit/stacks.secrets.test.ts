import { describe, expect, test } from "vitest";
import { parseSets } from "../../driver/values/settings";
import { describeProblem } from "../../lib/user-error";
import { clearSecrets } from "../../stacks/config-secrets";
import { toldValues } from "../../stacks/shown-values";

const clear = (set: readonly string[], told?: string) =>
  clearSecrets("cni-lab", Object.fromEntries(set.map((key) => [key, "x"])), told).map(describeProblem);

test("a secret that was set without --secret is refused by its key, and its value is not said", () => {
  expect(clear(["cni", "weavePassword", "license"], '["cni-lab:license"]')).toEqual([
    "weavePassword: is a secret, and is in plain text in the stack's file; run pulumi config set --secret weavePassword, which asks for it; whoever has read the file knows the old one",
  ]);
});

test.each([undefined, "", "[]"])("without any secret told (%j) each that is set is in clear", (told) => {
  expect(clear(["license"], told)).toHaveLength(1);
  expect(clear(["cni"], told)).toEqual([]);
});

describe("a kubeconfig", () => {
  const texts = ["apiVersion: v1\nkind: Config\n", '{"apiVersion":"v1","kind":"Config"}'];

  test.each(texts)("is refused as text in clear, with both ways out: %j", (kubeconfig) => {
    expect(clearSecrets("cni-lab", { kubeconfig }, "[]").map(describeProblem)).toEqual([
      "kubeconfig: is a secret, and is in plain text in the stack's file; run pulumi config set --secret kubeconfig <FILE, or set it to the path of the file; whoever has read the file knows the old one",
    ]);
  });

  test.each(texts)("is taken as text that was set as a secret: %j", (kubeconfig) => {
    expect(clearSecrets("cni-lab", { kubeconfig }, '["cni-lab:kubeconfig"]')).toEqual([]);
  });

  test("is taken as the path of a file", () => {
    expect(clearSecrets("cni-lab", { kubeconfig: "/home/me/.kube/config" }, "[]")).toEqual([]);
  });

  test("is not shown, kept or taken from a command line as text", () => {
    const [kubeconfig = ""] = texts;
    expect(toldValues({ kubeconfig, cni: "weave" })).toEqual({ cni: "weave" });
    expect(toldValues({ kubeconfig: "config" })).toEqual({ kubeconfig: "config" });
    expect(() => parseSets([`kubeconfig=${kubeconfig}`])).toThrow("--set kubeconfig: is a secret");
    expect(parseSets(["kubeconfig=config"])).toEqual({ kubeconfig: "config" });
  });
});
