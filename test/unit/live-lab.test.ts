import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { LabUnderTest } from "../live/lab";

/** A lab of the live tests that runs no command of the lab, and where the reports of its run go. */
function under(): { readonly lab: LabUnderTest; readonly reports: string } {
  const reports = mkdtempSync(path.join(tmpdir(), "cni-lab-reports-"));
  vi.stubEnv("CNI_LAB_TEST_REPORTS", reports);
  // The run's own caches lie below it; nobody's here.
  vi.stubEnv("XDG_CACHE_HOME", path.join(reports, "cache"));
  mkdirSync(path.join(reports, "cache/cni-lab/private"), { recursive: true });
  vi.stubEnv("TMPDIR", reports);
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, "write").mockReturnValue(true);
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(reports, { recursive: true });
  });
  return { lab: new LabUnderTest("x"), reports };
}

test("what a live test's commands print is shown and kept without the secrets in it, for its owner only", async () => {
  const { lab, reports } = under();
  const key = String(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
  const script = 'echo "client-key-data: $1"; echo "$2" >&2; echo end';
  expect(await lab.shell(script, "sh", Buffer.from(key).toString("base64"), key)).toBe(0);
  const log = path.join(reports, "test-x.log");
  expect(statSync(log).mode & 0o777).toBe(0o600);
  expect(readFileSync(log, "utf8").split("\n").sort()).toEqual([
    "",
    "",
    "[secret]",
    "client-key-data: [secret]",
    "end",
  ]);
  expect(vi.mocked(process.stdout.write).mock.calls.flat().join("")).not.toContain(key.split("\n")[1]);
});

test("a secret is found wherever a command may write, and so is a file outside of the lab's own folders", async () => {
  const { lab, reports } = under();
  const places = [
    path.join(lab.stateHome, "evidence"),
    path.join(reports, "unit.xml"),
    path.join(reports, "cache/cni-lab/private/kubeconfig1"),
  ];
  for (const place of places) writeFileSync(place, "holds hunter2 in it");
  writeFileSync(path.join(lab.stateHome, "harmless"), "holds nothing");
  expect(lab.strays()).toEqual([]);
  expect(await lab.shell('echo hunter2 >"$HOME/.kube-cache"; echo >"$TMPDIR/kubeconfig2"')).toBe(0);
  expect([...lab.strays()].sort()).toEqual(["home/.kube-cache", "tmp/kubeconfig2"]);
  const found = lab.filesHolding(["hunter2"]).map((file) => path.basename(file));
  expect([...new Set(found)].sort()).toEqual([".kube-cache", "evidence", "kubeconfig1", "unit.xml"]);
});
