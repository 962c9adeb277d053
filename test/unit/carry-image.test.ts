import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { carryImage } from "../../driver/stack/carry-image";
import { existingCluster } from "../../driver/stack/existing";

/** Each node is a folder with a file for each image that it has; its commands run here, with a stand-in for ctr. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-carry-"));
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  vi.stubEnv("NODES", folder);
  const ctr = `#!/bin/sh
cd "$NODES/$NODE" || { echo "no route to $NODE" >&2; exit 1; }
case "$*" in
  *"images list"*) name=\${6#name==}; [ ! -e "$name" ] || echo "$name" ;;
  *"images import"*) touch "$(cat)" imported ;;
esac`;
  writeFileSync(path.join(folder, "ctr"), ctr, { mode: 0o755 });
  writeFileSync(path.join(folder, "archive"), "probe");
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

vi.mock("../../driver/stack/existing");
vi.mock("../../driver/stack/machine-exec", () => ({
  machineExec: ({ name }: { name: string }, words: readonly string[], terminal: string) => [
    ...["env", `NODE=${name}`, `TERMINAL=${terminal}`],
    ...words,
  ],
}));

function nodes(has: Readonly<Record<string, readonly string[]>>) {
  for (const [name, images] of Object.entries(has)) {
    mkdirSync(path.join(folder, name));
    for (const image of images) writeFileSync(path.join(folder, name, image), "");
  }
  const machines = Object.keys(has).map((name) => ({ name, address: "192.0.2.11" }));
  vi.mocked(existingCluster).mockReturnValue({ machines, pod: { image: "i", kubeconfig: "k" } });
}
const on = (node: string, file: string) => existsSync(path.join(folder, node, file));

test("a node that lacks the image is given it, and no other is sent anything", async () => {
  nodes({ n1: ["probe"], n2: [] });
  await carryImage("shop", "probe", path.join(folder, "archive"));
  expect([on("n1", "imported"), on("n2", "imported"), on("n2", "probe")]).toEqual([false, true, true]);
  expect(console.error).toHaveBeenCalledExactlyOnceWith("n2: is given probe");
});

test("every node that can't have it is named, with the reason", async () => {
  nodes({ n1: [], n2: [], n3: ["other"] });
  rmSync(path.join(folder, "n1"), { recursive: true });
  const carry = carryImage("shop", "other", path.join(folder, "archive"));
  await expect(carry).rejects.toThrow(
    /^other can't be given to all nodes: n1: .*no route to n1.*; n2: the archive of images lacks other$/,
  );
});
