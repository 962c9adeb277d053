import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { flannelResidue } from "../../components/cni/flannel/residue";
import { flannelEtcdResidue } from "../../components/cni/flannel-etcd/residue";
import { companyOf } from "../../components/cni/registry";
import { arrivalScript } from "../../components/cni/swap/arrival-script";
import { arriveScript } from "../../components/cni/swap/arrive-script";
import { cleanScript } from "../../components/cni/swap/clean-script";
import { handoverDelete } from "../../components/cni/swap/handover-script";
import { podQueries } from "../../components/cni/swap/prelude";
import { weaveResidue } from "../../components/cni/weave/residue";

const flannel = flannelResidue("10.244.0.0/16");
const weave = weaveResidue("10.32.0.0/12");
const flannelEtcd = flannelEtcdResidue("80.0.0.0/8");
const deadlines = { pod: 180, successor: 60 };

const scripts = {
  arrival: arrivalScript({ pods: 180, node: 60 }),
  "handover delete": handoverDelete(deadlines),
  "flannel arrives": arriveScript(flannel, companyOf(flannel.cni)),
  "weave arrives": arriveScript(weave, companyOf(weave.cni)),
  "flannel clean": cleanScript(flannel),
  "weave clean": cleanScript(weave),
  "flannel-etcd arrives": arriveScript(flannelEtcd, companyOf(flannelEtcd.cni)),
  "flannel-etcd clean": cleanScript(flannelEtcd),
};

describe("the scripts of a swap", () => {
  test.each(Object.entries(scripts))("%s is a script that a shell can read", (_, text) => {
    expect(execFileSync("sh", ["-nc", text], { stdio: "pipe" }).toString()).toBe("");
    expect(text).not.toMatch(/undefined|\[object/);
  });

  test.each(Object.entries(scripts))("%s never hides the failure of an API call in a pipe", (_, text) => {
    expect(text.match(/^.*\bget (pods|node|daemonsets?|configmap)\b[^)]*\|[^|].*$/gm)).toBeNull();
  });

  test.each(Object.entries(scripts))("%s takes its kubeconfig from its input and removes it", (_, text) => {
    expect(text).toContain(`(umask 077 && cat >"$kubeconfig")`);
    expect(text).toMatch(/trap '.*rm -f "\$kubeconfig"/);
  });
});

describe("what is removed", () => {
  test("of flannel", () => {
    expect(scripts["flannel clean"]).toContain("cni0 | flannel.*)");
    expect(scripts["flannel clean"]).toContain(
      "for path in /run/flannel /var/lib/cni/flannel /var/lib/cni/results/cbr0-* /var/lib/cni/multus/results/cbr0-* /var/lib/cni/networks/cbr0/* /var/lib/cni/networks/cbr0 /opt/cni/bin/flannel; do\n",
    );
    expect(scripts["flannel clean"]).toContain("delete_chains filter FLANNEL-\ndelete_chains nat FLANNEL-\n");
    expect(scripts["flannel clean"]).toContain("beginning flannel.alpha.coreos.com/ ");
    expect(scripts["weave clean"]).not.toContain("route delete");
    expect(scripts["flannel clean"]).not.toMatch(/ipset|delete configmap/);
  });

  test("of Weave, the list of its peers before its databases", () => {
    const text = scripts["weave clean"];
    expect(text).toContain("vethwe-* | vethwedu* | vxlan-6784 | datapath | weave)");
    expect(text).toContain(
      "for path in /var/lib/weave /var/lib/cni/results/weave-* /var/lib/cni/multus/results/weave-* /var/lib/cni/networks/weave/* /var/lib/cni/networks/weave /opt/cni/bin/weave-net /opt/cni/bin/weave-ipam /opt/cni/bin/weave-plugin-*; do\n",
    );
    expect(text).toContain("delete_rules filter FORWARD ' -o weave '\n");
    expect(text).toContain('weave-*) stays ipset "$set" || ipset destroy');
    expect(text.indexOf("delete configmap weave-net --namespace kube-system")).toBeLessThan(
      text.indexOf("/var/lib/weave"),
    );
  });
});

describe("questions about pods", () => {
  const ask = (question: string, pod: unknown) =>
    execFileSync("jq", ["-r", podQueries + question], { input: JSON.stringify(pod), encoding: "utf8" }).trim();
  const pod = (podIP: string | undefined, more: object = {}, metadata: object = {}) => ({
    metadata: { namespace: "a", name: "b", ...metadata },
    spec: { ...more },
    status: { phase: "Running", podIP },
  });

  test.each([
    ["10.244.1.5", "10.32.0.0/12", "true"],
    ["10.40.0.1", "10.32.0.0/12", "false"],
    ["10.47.255.254", "10.32.0.0/12", "false"],
    ["10.48.0.1", "10.32.0.0/12", "true"],
    ["10.244.1.5", "10.32.0.0/12 10.244.0.0/16", "false"],
    ["10.244.1.5", "", "true"],
    ["fd00::5", "10.32.0.0/12", "false"],
    [undefined, "10.32.0.0/12", "false"],
  ])("a pod with %s strayed from %j: %s", (ip, networks, answer) => {
    expect(ask(`strayed("${networks}")`, pod(ip))).toBe(answer);
  });

  test("a pod of the node's own network, or one that has ended, never strays; one that was cut off always does", () => {
    expect(ask('strayed("")', pod("172.28.1.11", { hostNetwork: true }))).toBe("false");
    expect(ask('strayed("")', { ...pod("10.244.0.1"), status: { phase: "Succeeded", podIP: "10.244.0.1" } })).toBe(
      "false",
    );
    const cutOff = pod("10.244.0.1", {}, { annotations: { "cni-lab/cut-off": "flannel" } });
    expect(ask('strayed("10.244.0.0/16")', cutOff)).toBe("true");
  });

  test("a pod without a controller, or of the node itself, is bare", () => {
    const owned = (kind: string) => pod("10.1.1.1", {}, { ownerReferences: [{ kind, controller: true }] });
    expect([pod("10.1.1.1"), owned("Node"), owned("ReplicaSet")].map((it) => ask("bare", it))).toEqual([
      "true",
      "true",
      "false",
    ]);
  });
});
