import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { netConf } from "../../components/cni/flannel/flanneld";
import {
  flanneldOptions,
  flanneldService,
  makeConflist,
  putConfig,
  showLeases,
  startFlanneld,
} from "../../components/cni/flannel-etcd/service";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-etcd-"));
  for (const name of ["bin", "etc/cni/net.d", "etc/default", "run/flannel"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program on the PATH of the scripts. */
function program(name: string, text: string): void {
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, "bin", name), 0o755);
}

/** Runs a script with its files in the test's folder. */
function run(text: string, input = "", ...words: readonly string[]) {
  const here = text.replaceAll(/(?<![\w.])\/(etc|run)\//g, `${folder}/$1/`);
  const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}` };
  const { status, stdout, stderr } = spawnSync("sh", ["-euc", here, "sh", ...words], { env, input, encoding: "utf8" });
  return { status, stdout, stderr };
}

const written = (name: string) => readFileSync(join(folder, name), "utf8");
const options = { etcdUrl: "http://172.28.7.3:2379", iface: { by: "default-route" }, forwardRules: true } as const;

describe("the options file", () => {
  const value = (text: string, name: string) => run(`${text}\nprintf %s "$${name}"`).stdout;

  test("says where etcd is, the key, and the options", () => {
    expect(flanneldOptions({ ...options, iface: { by: "name", name: "eth1" } })).toBe(
      'FLANNEL_ETCD="http://172.28.7.3:2379"\nFLANNEL_ETCD_KEY="/cluster.local/network"\nFLANNEL_OPTIONS="--ip-masq --iface=eth1"\n',
    );
    expect(value(flanneldOptions({ ...options, forwardRules: false }), "FLANNEL_OPTIONS")).toBe(
      "--ip-masq --iptables-forward-rules=false",
    );
  });

  test("keeps a regular expression whole, which systemd takes apart once more", () => {
    const text = flanneldOptions({ ...options, iface: { by: "regex", regex: "^172\\.28\\.$('`" } });
    expect(value(text, "FLANNEL_OPTIONS")).toBe("--ip-masq --iface-regex=^172\\\\.28\\\\.$(\\'`");
  });

  test("is what the unit reads its command line from", () => {
    expect(flanneldService).toContain("EnvironmentFile=/etc/default/flanneld\n");
    expect(flanneldService).toContain(
      `ExecStart=/opt/flannel/flanneld --etcd-endpoints=\${FLANNEL_ETCD} --etcd-prefix=\${FLANNEL_ETCD_KEY} $FLANNEL_OPTIONS\n`,
    );
  });
});

test("the config in etcd says how long each node's part is, and the one in Kubernetes does not", () => {
  expect(JSON.parse(netConf("80.0.0.0/8", { type: "vxlan" }, 16))).toEqual({
    Network: "80.0.0.0/8",
    SubnetLen: 16,
    EnableNFTables: false,
    Backend: { Type: "vxlan" },
  });
  expect(netConf("10.244.0.0/16", { type: "vxlan" })).not.toContain("SubnetLen");
});

describe("the conflist", () => {
  const make = (bridge: string, subnet = "80.9.0.1/16") => {
    program("ip", `echo "$*" >>${folder}/calls\ncase $* in *show*) echo '${bridge}' ;; esac`);
    writeFileSync(
      join(folder, "run/flannel/subnet.env"),
      `FLANNEL_NETWORK=80.0.0.0/8\nFLANNEL_SUBNET=${subnet}\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n`,
    );
    expect(run(makeConflist)).toMatchObject({ status: 0, stderr: "" });
    return written("calls").trim().split("\n");
  };

  test("is made of what flanneld has written, and of nothing else", () => {
    make("");
    const { name, plugins } = JSON.parse(written("etc/cni/net.d/10-flannel-etcd.conflist"));
    expect([name, plugins.map(({ type }: { type: string }) => type)]).toEqual(["flannel-etcd", ["bridge", "portmap"]]);
    expect(plugins[0]).toMatchObject({
      bridge: "cni0",
      mtu: 1450,
      isDefaultGateway: true,
      ipam: { type: "host-local", subnet: "80.9.0.0/16", routes: [{ dst: "80.0.0.0/8" }] },
    });
    expect(readdirSync(join(folder, "etc/cni/net.d"))).toEqual(["10-flannel-etcd.conflist"]);
  });

  test("leaves a bridge that has the subnet's address, and removes one that has another", () => {
    const bridge = (address: string) => `5: cni0    inet ${address} brd 80.9.255.255 scope global cni0`;
    expect(make("")).toHaveLength(1);
    expect(make(bridge("80.9.0.1/16"))).not.toContain("link delete cni0");
    expect(make(bridge("80.90.0.1/16"))).toContain("link delete cni0");
  });
});

describe("what is in etcd", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  test("is said lease by lease", () => {
    const kv = (subnet: string, node: string, lease: string) => ({
      key: base64(`/cluster.local/network/subnets/${subnet}`),
      value: base64(JSON.stringify({ PublicIP: node, BackendData: { VNI: 1, VtepMAC: "1a:1a:de:d9:81:83" } })),
      lease,
    });
    const kvs = [kv("80.23.0.0-16", "172.28.7.12", "1"), kv("80.90.0.0-16", "10.0.2.15", "2")];
    writeFileSync(join(folder, "etc/default/flanneld"), flanneldOptions(options));
    program(
      "curl",
      `echo "$*" >>${folder}/calls
case $* in
  *kv/range*) echo '${JSON.stringify({ kvs })}' ;;
  *'"ID":"1"'*) echo '{"TTL":"86400"}' ;;
  *'"ID":"2"'*) echo '{"TTL":"7"}' ;;
esac`,
    );
    expect(run(showLeases).stdout).toBe(
      "/cluster.local/network/subnets/80.23.0.0-16: node 172.28.7.12, tunnel 1a:1a:de:d9:81:83, ends in 86400 s\n" +
        "/cluster.local/network/subnets/80.90.0.0-16: node 10.0.2.15, tunnel 1a:1a:de:d9:81:83, ends in 7 s\n",
    );
    const range = {
      key: base64("/cluster.local/network/subnets/"),
      range_end: base64("/cluster.local/network/subnets0"),
    };
    expect(written("calls").split("\n")[0]).toBe(
      `-sS --fail --max-time 5 --data ${JSON.stringify(range)} http://172.28.7.3:2379/v3/kv/range`,
    );
  });

  test("is nothing, and no failure, where there is no lease; and a failure where etcd is silent", () => {
    writeFileSync(join(folder, "etc/default/flanneld"), flanneldOptions(options));
    program("curl", `echo '{"header":{}}'`);
    expect(run(showLeases)).toEqual({ status: 0, stdout: "", stderr: "" });
    program("curl", "echo 'curl: (7) no' >&2; exit 7");
    expect(run(showLeases)).toEqual({ status: 7, stdout: "", stderr: "curl: (7) no\n" });
  });

  test("begins with the config, which is put there once etcd answers", () => {
    program(
      "curl",
      `echo "$*" >>${folder}/calls
[ "$(wc -l <${folder}/calls)" -gt 2 ] || { echo refused >&2; exit 7; }`,
    );
    const put = () => run(putConfig, '{"Network":"80.0.0.0/8"}', "http://e:2379", "/cluster.local/network/config");
    expect(put()).toMatchObject({ status: 0, stderr: "" });
    const words = { key: base64("/cluster.local/network/config"), value: base64('{"Network":"80.0.0.0/8"}') };
    expect(written("calls").trim().split("\n")).toEqual(
      [1, 2, 3].map(() => `-sS --fail --max-time 5 --data ${JSON.stringify(words)} http://e:2379/v3/kv/put`),
    );
    program("curl", "echo refused >&2; exit 7");
    program("sleep", ":");
    expect(put()).toMatchObject({
      status: 1,
      stderr: "etcd at http://e:2379 did not take flannel's config within 30 s: refused\n",
    });
  });
});

test("what a node does to start flanneld is a script that a shell can read", () => {
  const text = startFlanneld({ ...options, iface: { by: "regex", regex: "it's" } });
  expect(spawnSync("sh", ["-nc", text], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  expect(text).not.toMatch(/undefined|\[object/);
});
