import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeObjects } from "../../components/cni/swap/objects-script";

/** The real script; kubectl is a stand-in that knows what the cluster is to have, and which CNIs have a DaemonSet. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-objects-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Scene {
  /** What the cluster says that it is to have. */
  readonly wish: Readonly<Record<string, string>>;
  /** The CNIs whose DaemonSets are there, by their label. */
  readonly there: readonly string[];
}

/** What of the CNI's objects is deleted, and what is said. */
async function leave(cni: string, { wish, there }: Scene) {
  const keys = Object.entries(wish).map(([key, value]) => `*"jsonpath={.data.${key}}"*) printf '%s' '${value}' ;;`);
  const daemonSets = there.map((name) => `*"cni-lab/cni=${name} "*) echo daemonset/${name} ;;`);
  const file = join(folder, "kubectl");
  writeFileSync(
    file,
    `#!/bin/sh\ncase "$*" in ${keys.join(" ")} ${daemonSets.join(" ")} *" delete "*) cat >"${folder}/deleted" ;; esac\n`,
  );
  chmodSync(file, 0o755);
  const env = { PATH: `${folder}:${process.env.PATH}`, OBJECTS: "objects" };
  const { stderr } = await execa("sh", ["-euc", removeObjects, "sh", cni], { input: "kubeconfig", env });
  const deleted = join(folder, "deleted");
  return { said: stderr, deleted: existsSync(deleted) ? readFileSync(deleted, "utf8") : "" };
}

const found = JSON.stringify([{ namespace: "kube-flannel", name: "kube-flannel-ds", cni: "flannel" }]);

describe("the objects of a CNI that leaves", () => {
  it.each<[string, string, Scene]>([
    ["another one is there", "flannel", { wish: { cni: "weave", found }, there: ["weave"] }],
    ["none follows", "flannel", { wish: { cni: "none", found }, there: [] }],
    [
      "one follows that has no DaemonSet",
      "flannel",
      { wish: { cni: "flannel-etcd", network: "80.0.0.0/8", found }, there: [] },
    ],
    ["the one that was found follows it", "weave", { wish: { cni: "flannel", found }, there: ["weave"] }],
  ])("go where %s", async (_, cni, scene) => {
    expect(await leave(cni, scene)).toEqual({ said: "", deleted: "objects" });
  });

  it.each<[string, Scene, string]>([
    ["it is wished", { wish: { cni: "flannel", found }, there: [] }, "flannel stays in the cluster"],
    ["nobody says so any more", { wish: {}, there: [] }, "flannel stays in the cluster"],
    [
      "it was found, and the one that is to follow is not there",
      { wish: { cni: "weave", found }, there: [] },
      "flannel stays in the cluster: weave, which was to follow it, is not there",
    ],
  ])("stay where %s", async (_, scene, said) => {
    expect(await leave("flannel", scene)).toEqual({ said, deleted: "" });
  });
});
