import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runVariable, testLabel } from "../../cli/test/run";
import { images, versions } from "../../lib/versions";
import { locateToolchain } from "../../toolchain";
import { readPackages } from "../../toolchain/debian/rootfs";

const name = `cni-lab-test-node-image-${process.pid}`;
const label = `${testLabel}=${process.env[runVariable] ?? "node-image"}`;
const { nodeImage } = locateToolchain();
const podman = async (...argv: string[]) => (await execa("podman", ["--runtime", "runc", ...argv])).stdout;
const inNode = async (...argv: string[]) => podman("exec", name, ...argv);

beforeAll(async () => {
  await podman(
    ...["run", "--detach", "--name", name, "--label", label, "--hostname", "n1", "--network=none"],
    ...["--privileged", "--systemd=false", "--stop-signal=SIGRTMIN+3", "--cgroupns=private"],
    ...[
      "--ulimit=nproc=30000:30000",
      "--ulimit=nofile=20000:20000",
      "--env=container_uuid=00000000-0000-4000-8000-000000000001",
    ],
    ...["--tmpfs=/run", "--tmpfs=/tmp", "--volume=/var", nodeImage, "/lib/systemd/systemd"],
  );
  await vi.waitFor(() => inNode("systemctl", "is-active", "--quiet", "containerd"), { timeout: 30_000, interval: 200 });
});
afterAll(() => podman("rm", "--force", "--volumes", "--time=0", name));

test("the image says what it holds", async () => {
  const labels = JSON.parse(await podman("image", "inspect", "--format", "{{json .Labels}}", nodeImage));
  expect(labels).toMatchObject({
    "cni-lab.kubernetes": versions.kubernetes,
    "cni-lab.cni-plugins": versions.cniPlugins,
    "cni-lab.debian": versions.debian,
  });
});

test("systemd gets to its end, and no unit has failed", async () => {
  expect(await inNode("systemctl", "is-system-running", "--wait")).toBe("running");
  expect(await inNode("systemctl", "--failed", "--plain", "--no-legend")).toBe("");
});

test("every image of the lab is in the runtime's store, unpacked, without its archive", async () => {
  const found = (await inNode("ctr", "--namespace", "k8s.io", "images", "ls", "--quiet")).split("\n");
  expect(found.filter((image) => !image.startsWith("sha256:")).sort()).toEqual(Object.values(images).sort());
  const size = await inNode("du", "--summarize", "--block-size=1M", "/var/lib/containerd");
  expect(Number(size.split("\t")[0])).toBeLessThan(20);
});

test("a container of an image runs", async () => {
  const tools = ["curl", "ping", "dig", "socat", "tcpdump"];
  const run = ["ctr", "--namespace", "k8s.io", "run", "--rm", "--net-host", images.probe, "test"];
  expect(await inNode(...run, "sh", "-c", "for tool; do command -v $tool; done", "sh", ...tools)).toBe(
    tools.map((tool) => `/usr/bin/${tool}`).join("\n"),
  );
});

test.each([
  [images.confluenceNode, "2002", "/var/atlassian/application-data/confluence"],
  [images.postgres, "999", "/var/lib/postgresql"],
])("a container of %s runs as user %s, who may write to %s", async (image, user, home) => {
  const run = ["ctr", "--namespace", "k8s.io", "run", "--rm", image, "test"];
  expect(await inNode(...run, "sh", "-c", 'id -u && touch "$1/file"', "sh", home)).toBe(user);
});

test("Kubernetes' programs have the version that they are named after", async () => {
  expect(await inNode("kubelet", "--version")).toBe(`Kubernetes v${versions.kubernetes}`);
  expect(await inNode("kubeadm", "version", "--output", "short")).toBe(`v${versions.kubernetes}`);
});

test("the CNI plugins of the pins are there, and Flannel's is not", async () => {
  const plugins = ["bridge", "dhcp", "host-local", "loopback", "macvlan", "portmap", "ptp", "sbr"];
  expect((await inNode("ls", "/opt/cni/bin")).split("\n")).toEqual([...plugins, "static", "tuning", "vrf"]);
  expect((await execa("podman", ["exec", name, "/opt/cni/bin/bridge"], { all: true })).all).toContain(
    `v${versions.cniPlugins}`,
  );
});

test("a node starts ready for kubeadm: shared mounts, its machine-id, no kubelet yet", async () => {
  expect(await inNode("findmnt", "--noheadings", "--output", "PROPAGATION", "/")).toBe("shared");
  expect(await inNode("findmnt", "--noheadings", "--output", "PROPAGATION", "/run")).toBe("shared");
  expect(await inNode("cat", "/etc/machine-id")).toBe("00000000000040008000000000000001");
  expect(await inNode("systemctl", "show", "--property=ConditionResult,NRestarts", "kubelet")).toBe(
    "NRestarts=0\nConditionResult=no",
  );
});

test("the folder of the kubelet's own pods is there before kubeadm, and empty, as it wants it", async () => {
  expect(await inNode("find", "/etc/kubernetes")).toBe("/etc/kubernetes\n/etc/kubernetes/manifests");
});

test("the versions that Debian resolved are recorded", async () => {
  const recorded = (await inNode("cut", "--fields=1", "/usr/share/cni-lab/packages.tsv")).split("\n");
  expect(recorded).toEqual(expect.arrayContaining(readPackages("toolchain/debian/node.packages")));
});
