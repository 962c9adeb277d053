import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { installCommand, nodePrograms, requirePrograms } from "../../components/cni/swap/node-programs";

/** Runs it on a node that has all programs but these. */
async function withoutPrograms(...lacking: readonly string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-programs-"));
  try {
    for (const name of Object.keys(nodePrograms).filter((each) => !lacking.includes(each))) {
      symlinkSync("/bin/true", path.join(folder, name));
    }
    const script = `fail() { echo "n1: $*" >&2; exit 1; }\n${requirePrograms}\necho goes on`;
    return await execa("/bin/sh", ["-euc", script], { env: { PATH: folder }, extendEnv: false, reject: false });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a script goes on where its node has all programs, and else names all that lack, with what installs them", async () => {
  expect((await withoutPrograms()).stdout).toBe("goes on");
  const { exitCode, stdout, stderr } = await withoutPrograms("jq", "conntrack");
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    /^n1: lacks jq conntrack; nothing was changed here\. Run on it: (apt-get install --yes jq conntrack|dnf install --assumeyes jq conntrack-tools)$/,
  );
});

test("adopt names the packages of the node's own system", () => {
  const missing = ["ip", "conntrack"];
  expect(installCommand(missing, "debian")).toBe("apt-get install --yes iproute2 conntrack");
  expect(installCommand(missing, "rocky rhel centos fedora")).toBe("dnf install --assumeyes iproute conntrack-tools");
});
