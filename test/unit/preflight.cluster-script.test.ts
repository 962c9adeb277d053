import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { readClusterFacts } from "../../components/cni/preflight/cluster-facts";
import { clusterFactsScript } from "../../components/cni/preflight/cluster-script";

/** What is seen of a node that says this of itself: kubectl is a stand-in. */
async function seen(status: string, message: string) {
  const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-facts-"));
  const node = {
    kind: "Node",
    metadata: { name: "n1" },
    spec: {},
    status: { conditions: [{ type: "Ready", status, message }] },
  };
  writeFileSync(path.join(folder, "kubectl"), `#!/bin/sh\ncat <<'END'\n${JSON.stringify({ items: [node] })}\nEND\n`);
  chmodSync(path.join(folder, "kubectl"), 0o755);
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const { stdout } = await execa("sh", ["-euc", clusterFactsScript], { env, input: "kubeconfig" });
  rmSync(folder, { recursive: true });
  return readClusterFacts(stdout)?.nodes[0]?.ready;
}

const noCni =
  "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";

test("a node that waits for its first CNI lacks nothing that would keep one from coming", async () => {
  expect(await seen("True", "kubelet is posting ready status")).toBe(true);
  expect(await seen("False", noCni)).toBe(true);
  expect(await seen("False", `[${noCni}, PLEG is not healthy]`)).toBe(false);
  expect(await seen("Unknown", "Kubelet stopped posting node status.")).toBe(false);
});
