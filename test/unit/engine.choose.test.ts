import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { choiceLine, readChoice } from "../../components/cluster/choose-engine";
import { docker } from "../../components/cluster/engine/docker";
import { podman } from "../../components/cluster/engine/podman";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-choose-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Engines that are there, by name, with the containers of the stack that each prints; undefined for one that does not answer. */
function chosen(there: Readonly<Record<string, readonly string[] | undefined>>) {
  for (const [name, containers] of Object.entries(there)) {
    const answer = containers === undefined ? "echo no daemon >&2; exit 1" : `printf '%s\\n' ${containers.join(" ")}`;
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${answer}\n`);
    chmodSync(path.join(folder, name), 0o755);
  }
  const { stdout } = spawnSync("/bin/sh", ["-c", choiceLine("s")], { encoding: "utf8", env: { PATH: folder } });
  return readChoice(stdout, "s");
}

test.each([
  ["nothing is there", {}],
  ["both answer", { podman: [], docker: [] }],
  ["none answers", { podman: undefined, docker: undefined }],
  ["it has the stack", { podman: ["cni-lab-s-n1"], docker: [] }],
])("it is the first where %s", (_, there) => {
  expect(chosen(there)).toEqual({ engine: podman });
});

test.each([
  ["the first is not there", { docker: [] }, "podman does not answer here"],
  ["the first does not answer", { podman: undefined, docker: [] }, "podman does not answer here"],
  ["it has the stack", { podman: [], docker: ["cni-lab-s-n1", "cni-lab-s-n2"] }, "it has s's containers"],
])("it is another where %s, and why is told", (_, there, why) => {
  expect(chosen(there)).toEqual({ engine: docker, why });
});

test("where both have the stack, both are named with what they have", () => {
  expect(chosen({ podman: ["cni-lab-s-n1"], docker: ["cni-lab-s-n1", "cni-lab-s-n2"] })).toMatchObject({
    field: "engine",
    rule: "can't be told: podman has cni-lab-s-n1; docker has cni-lab-s-n1, cni-lab-s-n2",
  });
});
