import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import { Cni } from "../../components/cni/cni";
import { forgetPeerScript } from "../../components/cni/weave/forget-peer";
import { ownConnections, weaveReady } from "../../labs/checks/weave";
import { only, record } from "./mocks";

const node = (name: string, address?: string) => ({ name, address, shell: new ContainerShell(podman, `c-${name}`) });

describe("a node that leaves a cluster with Weave", () => {
  const install = (type: "weave" | "flannel", nodes = [node("n1", "10.0.0.1"), node("n2", "10.0.0.2"), node("n3")]) =>
    record(() => new Cni("cni", { type, access: { nodes, kubeconfig: "credentials" } }));

  test("is forgotten by the others, by a script on the first node, unless its address is not known", async () => {
    const resources = await install("weave");
    const peers = resources.filter(({ name }) => name.startsWith("cni-weave-forget"));
    expect(peers.map(({ name }) => name)).toEqual(["cni-weave-forget-n2"]);
    const { create, delete: remove, environment, stdin, triggers } = only(resources, "cni-weave-forget-n2").inputs;
    expect([create, environment.CREATE]).toEqual([expect.stringMatching(/ c-n1 .*"\$CREATE" sh$/), ":"]);
    expect(remove).toMatch(/ c-n1 .*"\$DELETE" sh n1 n2 10\.0\.0\.2$/);
    expect(environment.DELETE).toBe(forgetPeerScript);
    expect([stdin.value, triggers]).toEqual(["credentials", ["n1", "10.0.0.2"]]);
  });

  test("is nothing to another CNI", async () => {
    expect((await install("flannel")).filter(({ name }) => name.includes("forget"))).toEqual([]);
  });
});

describe("the script", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cni-lab-peers-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs it where kubectl knows a cluster that is to have this CNI; gives its end, its words and what routers were told. */
  function run(cni: string, answers = true) {
    const router = (name: string, nodeName: string, phase = "Running") => ({
      kind: "Pod",
      metadata: { namespace: "kube-system", name, labels: { "app.kubernetes.io/name": "weave-net" } },
      spec: { nodeName },
      status: { phase },
    });
    const wish = { kind: "ConfigMap", metadata: { namespace: "kube-system", name: "cni-lab-cni" }, data: { cni } };
    const items = [wish, router("w1", "n1"), router("w2", "n2"), router("w3", "n3"), router("w4", "n4", "Pending")];
    writeFileSync(join(folder, "state.json"), JSON.stringify({ items }));
    const kubectl = `#!/bin/sh
case "$*" in
*" get "*) cat ${folder}/state.json ;;
*" exec "*) echo "$*" | sed 's/.* exec //' >>${folder}/told; ${answers ? ":" : "echo no answer >&2; exit 1"} ;;
esac`;
    writeFileSync(join(folder, "kubectl"), kubectl);
    chmodSync(join(folder, "kubectl"), 0o755);
    writeFileSync(join(folder, "told"), "");
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const text = forgetPeerScript.replaceAll("/run/cni-lab-swap", join(folder, "swap"));
    const ran = spawnSync("sh", ["-euc", text, "sh", "n1", "n3", "10.0.0.3"], { env, encoding: "utf8", input: "{}" });
    return { ...ran, told: readFileSync(join(folder, "told"), "utf8").split("\n").slice(0, -1) };
  }

  test("tells each router that runs, but that of the node itself", () => {
    const told = (router: string) =>
      `${router} --container weave -- curl -sS -f -m 5 -o /dev/null --data peer=10.0.0.3 http://127.0.0.1:6784/forget`;
    expect(run("weave")).toMatchObject({ status: 0, stderr: "", told: [told("w1"), told("w2")] });
  });

  test("tells nobody where it is Weave that leaves", () => {
    expect(run("flannel")).toMatchObject({ status: 0, told: [] });
  });

  test("says who was not told, and lets the node leave", () => {
    expect(run("weave", false)).toMatchObject({
      status: 0,
      stderr: "n1: w1 was not told that n3 leaves: no answer\nn1: w2 was not told that n3 leaves: no answer\n",
    });
  });
});

describe("the check", () => {
  /** What it takes for the connections of a router in a cluster of two nodes. */
  function connections(printed: string): string {
    const curl = `curl() { printf '%s\\n' '${printed}'; }\n`;
    const argv = ["-c", `${curl}${ownConnections}`, "sh", "10.0.0.1,10.0.0.2"];
    return spawnSync("sh", argv, { encoding: "utf8" }).stdout;
  }
  const established = "<- 10.0.0.2:41234       established sleeve aa:00:00:00:00:02(n2) mtu=1438";
  const retrying = (address: string) => `-> ${address}:6783        retrying    dial tcp: no route to host`;

  test("does not count a node that the cluster does not have any more", () => {
    expect(connections(`${established}\n${retrying("10.0.0.3")}\n${retrying("10.0.0.11")}`)).toBe(`${established}\n`);
  });

  test("counts each of its own", () => {
    const own = `${established}\n${retrying("10.0.0.2")}`;
    expect(connections(own)).toBe(`${own}\n`);
  });

  test("does not hold while a peer that is not reached owns addresses", () => {
    expect(weaveReady.expect).toContainEqual({ value: "lost", absent: true });
    const lost = weaveReady.read.lost?.pattern.exec(
      "aa:00:00:00:00:03(n3)     341 IPs (33.3% of total) - unreachable!\n",
    );
    expect(lost?.[1]).toBe("n3");
  });
});
