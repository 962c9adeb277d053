import { expect, test } from "vitest";
import type { InspectedContainer } from "../../components/cluster/engine/engine";
import { doorOf, enterArgs, startOf } from "../../driver/stack/enter";

const id = "789e9cbadce155d7ca3e6d05e0b8021ea0211a9a7bd6ea21a99dc936ffae7b7f";
const node: InspectedContainer = {
  ...{ id, name: "cni-lab-flannel-n1", pid: 4711, env: ["PATH=/bin", "NOTE=two words"] },
  ...{ privileged: true, ownUsers: false, user: "", folder: "/" },
};
const stat = "4711 (a) b (c) S 25820 4711 4711 0 -1 4194560 4247 37244 0 0 43 32 101 83 20 0 1 0 2899847 20455424 29";
const files = (more: Record<string, string>) => (pid: number, file: string) =>
  pid === 4711 ? { stat, ...more }[file] : undefined;
const mountinfo = `207 198 254:0 /run/containers/overlay-containers/${id}/userdata/hosts /etc/hosts rw - ext4 /dev/vda rw`;
const inside = { pid: 4711, since: "2899847", env: ["PATH=/bin", "NOTE=two words"] };

test("a process' start is found behind any name", () => {
  expect(startOf(stat)).toBe("2899847");
  expect(startOf(undefined)).toBeUndefined();
});

test("a container is entered by its first process, where that is one of this machine", () => {
  expect(doorOf(node, files({ mountinfo }))).toEqual(inside);
  expect(doorOf(node, files({ mountinfo: "", cgroup: `0::/machine.slice/libpod-${id}.scope\n` }))).toEqual(inside);
});

test("the number of a process of another machine is nobody's here, or somebody else's", () => {
  expect(doorOf(node, () => undefined)).toBe("closed");
  expect(doorOf(node, files({ mountinfo: mountinfo.replace(id, id.replace("7", "8")), cgroup: "0::/\n" }))).toBe(
    "closed",
  );
});

test.each<[string, Partial<InspectedContainer>]>([
  ["few rights", { privileged: false }],
  ["users of its own", { ownUsers: true }],
  ["another user", { user: "nobody" }],
  ["another folder", { folder: "/srv" }],
])("a container with %s is the engine's alone", (_, other) => {
  expect(doorOf({ ...node, ...other }, files({ mountinfo }))).toBe("closed");
});

test("a container that does not run may be asked for again", () => {
  expect(doorOf({ ...node, pid: 0 }, files({ mountinfo }))).toBe("stopped");
});

test("a command is the process itself that a signal ends, with the container's environment word for word", () => {
  const args = enterArgs(inside, ["timeout", "5", "ip", "route"]);
  expect(args.slice(0, 3)).toEqual(["--no-fork", "--target", "4711"]);
  expect(args.join(" ")).toContain("-- /usr/bin/env -i PATH=/bin NOTE=two words setsid ");
  expect(args.slice(-5)).toEqual(["sh", "timeout", "5", "ip", "route"]);
});
