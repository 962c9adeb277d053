import { expect, test } from "vitest";
import { podman } from "../../components/cluster/engine/podman";

test("containers are read with their labels, also those that have none", () => {
  const [own, other] = podman.readContainers([
    { Names: ["a"], Id: "1", Image: "i:1", State: "running", Labels: { "cni-lab.stack": "s" } },
    { Names: ["b"], Id: "2", Image: "i:1", State: "exited", Labels: null },
  ]);
  expect(own).toEqual({ name: "a", id: "1", image: "i:1", running: true, labels: { "cni-lab.stack": "s" } });
  expect(other).toEqual({ name: "b", id: "2", image: "i:1", running: false, labels: {} });
});

test("networks are read with their addresses, also those that have none", () => {
  const subnets = [{ subnet: "172.28.7.0/24", gateway: "172.28.7.1" }];
  expect(
    podman.readNetworks([
      { name: "a", network_interface: "podman1", subnets, labels: { "cni-lab.stack": "s" } },
      { name: "b", network_interface: "podman2", labels: null },
    ]),
  ).toEqual([
    { name: "a", link: "podman1", subnets: ["172.28.7.0/24"], labels: { "cni-lab.stack": "s" } },
    { name: "b", link: "podman2", subnets: [], labels: {} },
  ]);
});

test("of a container it is read how it is entered", () => {
  const Config = { Env: ["PATH=/bin"], User: "", WorkingDir: "/" };
  const container = { Id: "1", Name: "a", State: { Pid: 7 }, Config };
  const HostConfig = { Privileged: true, UsernsMode: "" };
  const [plain, mapped] = podman.readInspected([
    { ...container, HostConfig },
    { ...container, HostConfig: { ...HostConfig, UsernsMode: "private" } },
  ]);
  expect(plain).toEqual({
    ...{ name: "a", id: "1", pid: 7, env: ["PATH=/bin"], user: "", folder: "/" },
    ...{ privileged: true, ownUsers: false },
  });
  expect(mapped?.ownUsers).toBe(true);
});

test("an answer that is no list is an error that shows it", () => {
  expect(() => podman.readContainers(null)).toThrow("podman ps printed no list, but null");
  expect(() => podman.readNetworks({ a: 1 })).toThrow('podman network ls printed no list, but {"a":1}');
});

test("what it is, is read, rootless too", () => {
  const info = (rootless: boolean) => ({
    ...{ version: { Version: "4.3.1" }, store: { graphRoot: "/var/lib/containers/storage" } },
    host: { security: { rootless } },
  });
  expect(podman.readInfo(info(false))).toEqual({
    ...{ version: "4.3.1", rootless: false, folder: "/var/lib/containers/storage" },
  });
  expect(podman.readInfo(info(true)).rootless).toBe(true);
});
