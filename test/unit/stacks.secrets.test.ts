import { expect, test } from "vitest";
import { describeProblem } from "../../lib/user-error";
import { clearSecrets } from "../../stacks/config-secrets";

const clear = (set: readonly string[], told?: string) => clearSecrets("cni-lab", set, told).map(describeProblem);

test("a secret that was set without --secret is refused by its key, and its value is not said", () => {
  expect(clear(["cni", "weavePassword", "license"], '["cni-lab:license"]')).toEqual([
    "weavePassword: is a secret, and is in plain text in the stack's file; run pulumi config set --secret weavePassword, which asks for it; whoever has read the file knows the old one",
  ]);
});

test.each([undefined, "", "[]"])("without any secret told (%j) each that is set is in clear", (told) => {
  expect(clear(["license"], told)).toHaveLength(1);
  expect(clear(["cni"], told)).toEqual([]);
});
