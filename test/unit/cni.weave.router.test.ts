import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readyScript, startScript } from "../../components/cni/weave/router";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-weave-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program on the PATH of the script. */
function program(name: string, text: string): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, "bin", name), 0o755);
}

function run(script: string) {
  const { status, stdout } = spawnSync("sh", ["-c", script], {
    env: { PATH: `${join(folder, "bin")}:${process.env.PATH}` },
    encoding: "utf8",
  });
  return { status, said: stdout.trim() };
}

describe("readyScript", () => {
  const status = (targets: number, ipam: string) =>
    `        Version: 2.6.5\n\n        Service: router\n        Targets: ${targets}\n\n        Service: ipam\n         Status: ${ipam}\n          Range: 10.32.0.0/12`;
  const up = (n: number) => `<- 172.28.7.${n}:51734   established sleeve 8a:55:2c(n2) mtu=1438`;
  const self = "-> 172.28.7.11:6783    failed      cannot connect to ourself, retry: never";

  /** What the probe says on a node whose router answers so. */
  function probe(pages: { status: string; connections: readonly string[] }, conflist = true) {
    writeFileSync(join(folder, "status"), `${pages.status}\n`);
    writeFileSync(join(folder, "connections"), pages.connections.map((line) => `${line}\n`).join(""));
    const page = `case $url in */connections) cat ${folder}/connections;; */status) cat ${folder}/status;; esac`;
    program("curl", `for url; do ${page}; done`);
    mkdirSync(join(folder, "host", "etc", "cni", "net.d"), { recursive: true });
    if (conflist) {
      writeFileSync(join(folder, "host", "etc", "cni", "net.d", "10-weave.conflist"), "{}");
    }
    return run(readyScript().replace("/host/", `${folder}/host/`));
  }

  test.each([
    ["all connected", 2, "ready", [up(12), up(13)], { status: 0, said: "" }],
    ["told of itself too", 3, "ready", [up(12), up(13), self], { status: 0, said: "" }],
    ["alone", 0, "ready", [], { status: 0, said: "" }],
    ["a peer lacks", 2, "ready", [up(12)], { status: 1, said: "1 of 2 peers are connected" }],
    [
      "a peer waits",
      1,
      "ready",
      [up(12), "-> 172.28.7.13:6783    retrying    dial tcp4: refused"],
      { status: 1, said: "1 of 1 peers are connected; 172.28.7.13:6783 is retrying" },
    ],
    [
      "no addresses yet",
      1,
      "awaiting consensus (quorum: 2, known: 0)",
      [up(12)],
      { status: 1, said: "addresses: awaiting consensus (quorum: 2, known: 0)" },
    ],
  ] as const)("%s", (_, targets, ipam, connections, result) => {
    expect(probe({ status: status(targets, ipam), connections })).toEqual(result);
  });

  test("the runtime has no conflist yet", () => {
    expect(probe({ status: status(0, "ready"), connections: [] }, false)).toMatchObject({ status: 1 });
  });

  test("the router does not answer", () => {
    program("curl", "exit 7");
    expect(run(readyScript())).toMatchObject({ status: 1 });
  });
});

describe("startScript", () => {
  beforeEach(() => program("curl", "exit 0"));

  const script = (sleeve: "auto" | "always", others = "") =>
    startScript(sleeve)
      .replace("/sys/module/openvswitch", `${folder}/openvswitch`)
      .replace("/home/weave/kube-utils", `echo ${others}`)
      .replace("exec /home/weave/launch.sh", 'echo "$IPALLOC_INIT"; echo "no fastdp: $WEAVE_NO_FASTDP"');

  test("a kernel without the datapath means user space, and the log says so", () => {
    program("modprobe", "exit 1");
    expect(run(script("auto")).said).toMatch(/user space.*has no Open vSwitch datapath\nconsensus=1\nno fastdp: 1$/);
  });

  test.each([
    ["loaded", () => mkdirSync(join(folder, "openvswitch"))],
    ["to be loaded", () => program("modprobe", "exit 0")],
  ])("a datapath that is %s is used", (_, prepare) => {
    program("modprobe", "exit 1");
    prepare();
    expect(run(script("auto")).said).toMatch(/in the kernel.*\n.*\nno fastdp:$/);
  });

  test("the router is started when the API server answers, or after thirty tries", () => {
    program("sleep", `echo >> ${folder}/slept`);
    program("curl", "exit 7");
    expect(run(script("always")).said).toContain("no fastdp: 1");
    expect(readFileSync(join(folder, "slept"), "utf8").length).toBe(30);
  });

  test("user space can be asked for", () => {
    program("modprobe", "exit 0");
    expect(run(script("always")).said).toMatch(/as configured\n.*\nno fastdp: 1$/);
  });

  test.each([
    ["", 1],
    ["172.28.1.12", 2],
    ["172.28.1.12 172.28.1.13", 3],
  ])("addresses are divided by a majority of all nodes, itself and the others: %j", (others, nodes) => {
    expect(run(script("always", others)).said).toContain(`consensus=${nodes}\n`);
  });
});
