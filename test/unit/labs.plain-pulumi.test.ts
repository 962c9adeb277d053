import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadLabs } from "../../labs";
import { plainPulumiSection, stackFile, stackFileName } from "../../labs/format/plain-pulumi";
import { parseLabConfig } from "../../stacks/schema";
import { labOf } from "./checks.fake";

const folder = (id: string) => join(__dirname, "../../labs", id);

// `npm run lab-files` writes the files anew.
describe.each((await loadLabs()).map((lab) => [lab.id, lab] as const))("%s with plain Pulumi", (id, lab) => {
  it("has its values in a file that is a stack's config file", async () => {
    await expect(stackFile(lab)).toMatchFileSnapshot(join(folder(id), stackFileName(lab)));
    parseLabConfig({ ...lab.values, ...lab.broken?.[0] });
  });

  it("has them on its page, with its bug and its cure", () => {
    const page = readFileSync(join(folder(id), "README.md"), "utf8");
    expect(page.slice(page.indexOf("## With plain Pulumi"))).toBe(plainPulumiSection(lab));
  });
});

it("is one line for each update, with every value quoted for a shell", () => {
  const lab = labOf([], {
    values: { cni: "flannel", nodes: "2" },
    broken: [{ networks: "" }, { networks: "a b", nodes: "3" }],
    fixed: [{ nodes: "2" }],
  });
  expect(stackFile(lab)).toBe('config:\n  cni-lab:cni: flannel\n  cni-lab:nodes: "2"\n  cni-lab:networks: ""\n');
  expect(plainPulumiSection(lab).match(/^pulumi config .*$/gm)).toEqual([
    "pulumi config set networks '' && pulumi up",
    "pulumi config set-all --plaintext 'networks=a b' --plaintext nodes=3 && pulumi up",
    "pulumi config set nodes 2 && pulumi up",
  ]);
});
