import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { auditNode } from "../../components/cni/swap/audit";
import { listingScript, readListing, recordNodeScript } from "../../components/cni/swap/fingerprint";

/** The real scripts with the real ip and iptables, in namespaces of their own; kubectl and ctr are stand-ins. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-record-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the node tells about itself after these scripts: it has a link, and no CNI. */
function listing(...scripts: string[]) {
  const tool = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  tool("ctr", "");
  tool(
    "kubectl",
    `echo asked >>${folder}/asks
[ "$(wc -l <${folder}/asks)" -gt 2 ] || { echo 'nodes "n2" not found' >&2; exit 1; }
echo '{ "metadata": { "annotations": { "node.alpha.kubernetes.io/ttl": "0" } } }'`,
  );
  const files = { record: recordNodeScript, list: listingScript };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
  const around = [
    `cp --archive /etc/alternatives ${folder}`,
    "for at in /etc /run /var/lib /opt; do mount -t tmpfs none $at; done",
    `cp --archive ${folder}/alternatives /etc`,
    "mkdir -p /etc/kubernetes /etc/cni/net.d /etc/default /etc/systemd/system /opt/cni/bin",
    "ip link add eth1 type veth peer name lan",
    `record() { sh -euc "$(cat ${folder}/record)" sh n2; }`,
  ];
  const script = [...around, ...scripts, `sh -euc "$(cat ${folder}/list)" sh n2`].join("\n");
  return execFileSync("unshare", ["--net", "--mount", "sh", "-euc", script], {
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder}:/usr/sbin:/sbin:${process.env.PATH}` },
  });
}

describe("a node where no CNI is to be", () => {
  const audit = (...scripts: string[]) => auditNode(readListing(listing(...scripts)), "none");
  const joins = "touch /etc/kubernetes/kubelet.conf";

  test("is clean once it has written down what it is like, before it joins or while it does", () => {
    for (const scripts of [
      ["record", joins, "kubectl || kubectl || :"],
      [joins, "record"],
    ]) {
      expect(audit(...scripts)).toEqual({ own: [], leftovers: [], missing: [], strayed: [] });
      rmSync(join(folder, "asks"));
    }
  });

  test("keeps what it wrote first: what comes later is found", () => {
    const { leftovers } = audit("record", "ip link add cni0 type bridge", "record");
    expect(leftovers).toMatchObject([{ fact: { kind: "link", name: "cni0" } }]);
  });
});
