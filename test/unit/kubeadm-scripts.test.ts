import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inviteScript } from "../../components/cluster/kubeadm-scripts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-kubeadm-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, text: string) => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
};

/** Runs what a leaving node leaves by, with a kubectl that does not answer so many times, and then knows this. */
function leave(silent: number, known: string) {
  put("sleep", ":");
  // Ten seconds go by with each question about the time.
  put("date", `echo x >>${folder}/seconds; echo $(($(wc -l <${folder}/seconds) * 10))`);
  put(
    "kubectl",
    `echo "$1 $2" >>${folder}/asked
[ "$1 $2" != "get node" ] || {
  [ "$(grep -c "get node" ${folder}/asked)" -gt ${silent} ] || { echo "connection refused" >&2; exit 1; }
  echo "${known}"
}`,
  );
  const { text, args = [] } = inviteScript("n2").delete;
  const ran = spawnSync("/bin/sh", ["-euc", text, "sh", ...args], {
    env: { PATH: [folder, process.env.PATH].join(delimiter) },
    encoding: "utf8",
  });
  const asked = readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
  return { status: ran.status, said: ran.stderr, did: asked.filter((each) => each !== "get node") };
}

describe("a node that leaves", () => {
  const whole = ["drain n2", "delete node", "delete pods"];

  test("is emptied and forgotten", () => {
    expect(leave(0, "node/n2")).toEqual({ status: 0, said: "", did: whole });
  });

  test("is forgotten too where the API server is only just starting", () => {
    expect(leave(3, "node/n2")).toEqual({ status: 0, said: "", did: whole });
  });

  test("that is none any more needs nothing", () => {
    expect(leave(1, "")).toEqual({ status: 0, said: "", did: [] });
  });

  test("is not taken for gone where the API server never answers", () => {
    const { status, said, did } = leave(1000, "node/n2");
    expect([status, did]).toEqual([1, []]);
    expect(said).toBe("the API server did not tell in 120 s whether n2 is still a node; last: connection refused\n");
  });
});
