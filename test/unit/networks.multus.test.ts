import { describe, expect, test } from "vitest";
import { usualFolders } from "../../components/networks/cni-folders";
import { daemonConfig, multusReadyScript, thinArgs } from "../../components/networks/multus-conf";

const k3s = { confFolder: "/var/lib/rancher/k3s/agent/etc/cni/net.d", binFolder: "/var/lib/rancher/k3s/data/cni" };

describe("daemonConfig", () => {
  const usual = {
    chrootDir: "/hostroot",
    cniVersion: "0.3.1",
    logLevel: "verbose",
    logToStderr: true,
    cniConfigDir: "/host/etc/cni/net.d",
    multusAutoconfigDir: "/host/etc/cni/net.d",
    multusConfigFile: "auto",
    socketDir: "/host/run/multus/",
  };

  test.each([
    [undefined, usual],
    ["05-cni-lab.conflist", { ...usual, multusMasterCNI: "05-cni-lab.conflist" }],
  ])("master %j", (masterConflist, config) => {
    expect(JSON.parse(daemonConfig({ ...usualFolders, masterConflist }))).toEqual(config);
  });

  test("other plugins are looked for first; the conflists' folder is mounted where it always is", () => {
    expect(JSON.parse(daemonConfig(k3s))).toEqual({ ...usual, binDir: k3s.binFolder });
  });
});

test.each([
  [undefined, []],
  ["05-cni-lab.conflist", ["--multus-master-cni-file-name=05-cni-lab.conflist"]],
])("thinArgs with master %j", (masterConflist, more) => {
  expect(thinArgs({ ...usualFolders, masterConflist })).toEqual([
    "--multus-conf-file=auto",
    "--multus-autoconfig-dir=/host/etc/cni/net.d",
    "--cni-conf-dir=/host/etc/cni/net.d",
    ...more,
    "--cleanup-config-on-exit=true",
  ]);
});

test("what the runtime starts finds its files where the node has them", () => {
  expect(thinArgs(k3s)).toEqual([
    "--multus-conf-file=auto",
    "--multus-autoconfig-dir=/host/etc/cni/net.d",
    "--cni-conf-dir=/host/etc/cni/net.d",
    "--multus-kubeconfig-file-host=/var/lib/rancher/k3s/agent/etc/cni/net.d/multus.d/multus.kubeconfig",
    "--additional-bin-dir=/var/lib/rancher/k3s/data/cni",
    "--cleanup-config-on-exit=true",
  ]);
});

test("the daemon is asked in the thick form only: the thin one has none", () => {
  expect(multusReadyScript("thick", "/x")).toContain("/host/run/multus/multus.sock");
  expect(multusReadyScript("thin", "/x")).not.toContain("curl");
});
