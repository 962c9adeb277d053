import { expect, test } from "vitest";
import { docker } from "../../components/cluster/engine/docker";

test("containers are read with their labels, also those that have none", () => {
  const container = { id: "1", image: "i:1", running: true };
  expect(
    docker.readContainers([
      { ...container, name: "/a", labels: { "cni-lab.owner": "/x,y=z" } },
      { ...container, name: "/b", running: false, labels: null },
    ]),
  ).toEqual([
    { ...container, name: "a", labels: { "cni-lab.owner": "/x,y=z" } },
    { ...container, name: "b", running: false, labels: {} },
  ]);
});

test("networks are read with their bridges and addresses", () => {
  const id = "b6d8ffe329ea734d91ba03b092fffac42d190443993f85a4cf3aa34e735a367c";
  const addresses = [{ Subnet: "172.28.7.0/24", Gateway: "172.28.7.1" }];
  expect(
    docker.readNetworks([
      { name: "a", id, driver: "bridge", options: {}, labels: { "cni-lab.stack": "s" }, addresses },
      { name: "bridge", id, driver: "bridge", options: { "com.docker.network.bridge.name": "docker0" }, addresses: [] },
      { name: "host", id, driver: "host", options: null, labels: null, addresses: null },
    ]),
  ).toEqual([
    { name: "a", link: "br-b6d8ffe329ea", subnets: ["172.28.7.0/24"], labels: { "cni-lab.stack": "s" } },
    { name: "bridge", link: "docker0", subnets: [], labels: {} },
    { name: "host", subnets: [], labels: {} },
  ]);
});

test("of a container it is read how it is entered", () => {
  const Config = { Env: null, User: "", WorkingDir: "" };
  const HostConfig = { Privileged: true, UsernsMode: "" };
  expect(docker.readInspected([{ Id: "1", Name: "/a", State: { Pid: 7 }, Config, HostConfig }])).toEqual([
    { name: "a", id: "1", pid: 7, env: [], user: "", folder: "/", privileged: true, ownUsers: false },
  ]);
});

test("an answer that is no list is an error that shows it", () => {
  expect(() => docker.readContainers(null)).toThrow("docker container inspect printed no list, but null");
});

test("what it is, is read, rootless too", () => {
  const info = { ServerVersion: "28.2.2", DockerRootDir: "/var/lib/docker" };
  const root = docker.readInfo({ ...info, SecurityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"] });
  expect(root).toEqual({ version: "28.2.2", rootless: false, folder: "/var/lib/docker" });
  expect(docker.readInfo({ ...info, SecurityOptions: ["name=rootless", "name=cgroupns"] }).rootless).toBe(true);
  expect(docker.readInfo({ ...info, SecurityOptions: null }).rootless).toBe(false);
});
