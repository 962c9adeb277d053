import { describe, expect, test } from "vitest";
import { daemonConfig, multusReadyScript, thinArgs } from "../../components/networks/multus-conf";

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
  ])("master %j", (master, config) => {
    expect(JSON.parse(daemonConfig(master))).toEqual(config);
  });
});

test.each([
  [undefined, []],
  ["05-cni-lab.conflist", ["--multus-master-cni-file-name=05-cni-lab.conflist"]],
])("thinArgs with master %j", (master, more) => {
  expect(thinArgs(master)).toEqual([
    "--multus-conf-file=auto",
    "--multus-autoconfig-dir=/host/etc/cni/net.d",
    "--cni-conf-dir=/host/etc/cni/net.d",
    ...more,
    "--cleanup-config-on-exit=true",
  ]);
});

test("the daemon is asked in the thick form only: the thin one has none", () => {
  expect(multusReadyScript("thick")).toContain("/host/run/multus/multus.sock");
  expect(multusReadyScript("thin")).not.toContain("curl");
});
