import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { podman as engine } from "../../components/cluster/engine/podman";
import { wakeNode } from "../../components/cluster/node-container";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-wake-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs it with a podman that knows one container; gives its end, its words and what podman was asked. */
function wake(running: boolean, comesUp = true) {
  const podman = join(folder, "podman");
  const text = `echo "$1 $2" >>${folder}/calls
case $1 in container) echo ${running} ;; start) echo started ;; exec) exit ${comesUp ? 0 : 1} ;; esac`;
  writeFileSync(podman, `#!/bin/sh\n${text}\n`);
  chmodSync(podman, 0o755);
  const { status, stderr } = spawnSync("sh", ["-c", wakeNode(engine, "cni-lab-flannel-n2")], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: "utf8",
  });
  return { status, stderr, calls: readFileSync(join(folder, "calls"), "utf8").trim().split("\n") };
}

test("a node that runs is left alone", () => {
  expect(wake(true)).toEqual({ status: 0, stderr: "", calls: ["container inspect"] });
});

test("a node that was stopped is started, and waited for", () => {
  expect(wake(false)).toEqual({
    status: 0,
    stderr: "starting cni-lab-flannel-n2, which was stopped\n",
    calls: ["container inspect", "start cni-lab-flannel-n2", "exec cni-lab-flannel-n2"],
  });
});

test("a node that does not come up is an error", () => {
  expect(wake(false, false).status).not.toBe(0);
});
