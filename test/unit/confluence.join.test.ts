import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { type Environment, environment } from "../../components/confluence/environment";
import { isMulticast, type Join, joinProblems, joinWarnings } from "../../components/confluence/join";
import { replicaName } from "../../components/confluence/names";
import { drawPassword, postgresArgs, postgresProblems } from "../../components/confluence/postgres-settings";
import { type ConfluenceSettings, confluenceProblems, isVendorImage } from "../../components/confluence/problems";
import { describeProblem } from "../../lib/user-error";

const multicast: Join = { type: "multicast", address: "230.0.0.1", ttl: 1 };

test.each<[Join, number, number]>([
  [multicast, 3, 0],
  [{ type: "tcpIp" }, 3, 0],
  [{ type: "tcpIp", peers: ["10.0.0.1", "10.0.0.2"] }, 2, 0],
  // One address, perhaps that of a Service, for two members.
  [{ type: "tcpIp", peers: ["10.96.0.9"] }, 2, 1],
  [{ type: "tcpIp", peers: ["10.96.0.9"] }, 1, 0],
])("joinWarnings of %j with %d replicas", (join, replicas, count) => {
  const warnings = joinWarnings(join, replicas);
  expect(warnings).toHaveLength(count);
  expect(warnings.every((warning) => warning.includes("leads to any of them"))).toBe(true);
});

describe("joinProblems", () => {
  const behind =
    'for the members behind a Service take { type: "kubernetes" }, or leave peers out for a Service of each pod\'s own';
  const none =
    "join.type: must be one of: multicast, tcpIp, kubernetes; members without a way to find each other stay alone, and panic on one database; kubernetes works with any CNI";
  const said = (join: unknown) => joinProblems(join as Join).map(describeProblem);

  test.each<[string, unknown, string[]]>([
    ["multicast", multicast, []],
    ["the limits of a TTL", { ...multicast, ttl: 0 }, []],
    ["the limits of a TTL", { ...multicast, ttl: 255 }, []],
    ["peers by default", { type: "tcpIp" }, []],
    ["peers", { type: "tcpIp", peers: ["10.0.0.1", "10.0.0.2"] }, []],
    ["kubernetes", { type: "kubernetes" }, []],
    [
      "nothing of multicast",
      { type: "multicast" },
      [
        "join.address: must be given: an IPv4 address from 224.0.0.0 to 239.255.255.255; for example 230.0.0.1",
        "join.ttl: must be given: a whole number from 0 to 255; 1 does on one network",
      ],
    ],
    [
      "an address for one, a TTL out of range",
      { type: "multicast", address: "10.0.0.1", ttl: 256 },
      [
        'join.address is "10.0.0.1": must be an IPv4 address from 224.0.0.0 to 239.255.255.255',
        'join.ttl is "256": must be a whole number from 0 to 255',
      ],
    ],
    ["a broken TTL", { ...multicast, ttl: 1.5 }, ['join.ttl is "1.5": must be a whole number from 0 to 255']],
    [
      "no peers",
      { type: "tcpIp", peers: [] },
      ["join.peers: must hold an address: a member without any is alone; leave it out for a Service of each pod's own"],
    ],
    [
      "peers by name",
      { type: "tcpIp", peers: ["10.0.0.1", "confluence-1"] },
      [`join.peers is "confluence-1": must be an IPv4 address: Confluence takes no names; ${behind}`],
    ],
    [
      "the name of a Service, and an address with its port",
      { type: "tcpIp", peers: ["confluence.confluence.svc.cluster.local", "10.0.0.1:5801"] },
      [
        `join.peers is "confluence.confluence.svc.cluster.local": must be an IPv4 address: Confluence takes no names; ${behind}`,
        'join.peers is "10.0.0.1:5801": must be an IPv4 address: Confluence takes no names; leave the port out: members talk on Confluence\'s own',
      ],
    ],
    [
      "addresses that are no member's, and one twice",
      { type: "tcpIp", peers: ["127.0.0.1", "0.0.0.0", "230.0.0.1", "10.0.0.1", "10.0.0.1"] },
      [
        ...["127.0.0.1", "0.0.0.0", "230.0.0.1"].map(
          (peer) => `join.peers is "${peer}": must be the address of one member, as others reach it`,
        ),
        'join.peers is "10.0.0.1": must stand there once',
      ],
    ],
    ["another way", { type: "aws" }, ['join.type is "aws": must be one of: multicast, tcpIp, kubernetes']],
    ["no way", {}, [none]],
    ["no join at all", undefined, [none]],
  ])("%s", (_, join, problems) => {
    expect(said(join)).toEqual(problems);
  });

  test.each([
    ["224.0.0.0", true],
    ["229.1.2.3", true],
    ["239.255.255.255", true],
    ["223.255.255.255", false],
    ["240.0.0.0", false],
    ["2240.0.0.1", false],
    ["230.0.0.256", false],
    ["group", false],
  ])("isMulticast(%s) is %s", (text, expected) => {
    expect(isMulticast(text)).toBe(expected);
  });
});

describe("confluenceProblems", () => {
  const right: ConfluenceSettings = {
    image: "stand-in:1",
    replicas: 2,
    clusterName: "confluence-cluster",
    join: multicast,
    interface: undefined,
    hasNetwork: false,
    hasLicense: false,
    heap: { minMiB: 24, maxMiB: 64 },
    safetyIntervalSeconds: 10,
  };
  const said = (changes: Partial<ConfluenceSettings>) =>
    confluenceProblems({ ...right, ...changes }).map(describeProblem);

  test.each<[Partial<ConfluenceSettings>, string[]]>([
    [{}, []],
    [{ replicas: 0 }, []],
    [{ interface: "eth0" }, []],
    [{ interface: "net1", hasNetwork: true }, []],
    [{ image: "atlassian/confluence:10.2.7", hasLicense: true }, []],
    [{ replicas: -1 }, ['replicas is "-1": must be a whole number, at least 0']],
    [{ replicas: Number.NaN }, ['replicas is "NaN": must be a whole number, at least 0']],
    [{ image: "" }, ["image: must be the name of an image"]],
    [
      { clusterName: "" },
      ['clusterName is "": must be 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit'],
    ],
    [
      { interface: "net1" },
      [
        'interface is "net1": is the pods\' interface on a secondary network, and network is not given; name the network that the pods are to be on',
      ],
    ],
    [
      { interface: "a network" },
      ['interface is "a network": must be the name of a network interface, at most 15 characters'],
    ],
    [
      { image: "atlassian/confluence" },
      [
        "license: is not set, and atlassian/confluence does not start a cluster without a licence; give it a Data Center key; the vendor has keys of a few hours for tests",
      ],
    ],
    [
      { heap: { minMiB: 65, maxMiB: 64 } },
      ['heap is "65 to 64": must be two whole numbers of MiB, the second not below the first'],
    ],
    [
      { safetyIntervalSeconds: 0 },
      ['standIn.safetyIntervalSeconds is "0": must be a whole number of seconds, at least 1'],
    ],
  ])("%j", (changes, problems) => {
    expect(said(changes)).toEqual(problems);
  });

  test("come all together", () => {
    expect(said({ replicas: -1, clusterName: "", join: { type: "tcpIp", peers: [] }, interface: "net1" })).toHaveLength(
      4,
    );
  });

  test.each([
    ["atlassian/confluence", true],
    ["atlassian/confluence:10.2.7", true],
    ["docker.io/atlassian/confluence@sha256:00", true],
    ["atlassian/confluence-server:9", true],
    ["localhost/cni-lab/confluence-node:1", false],
    ["example/atlassian/confluence-mirror", false],
    ["notatlassian/confluence", false],
  ])("isVendorImage(%s) is %s", (image, expected) => {
    expect(isVendorImage(image)).toBe(expected);
  });
});

describe("environment", () => {
  const settings: Environment = { clusterName: "c", join: multicast, heap: { minMiB: 24, maxMiB: 64 } };

  test("by multicast", () => {
    expect(environment(settings)).toEqual({
      ATL_CLUSTER_TYPE: "multicast",
      ATL_CLUSTER_NAME: "c",
      ATL_CLUSTER_ADDRESS: "230.0.0.1",
      ATL_CLUSTER_TTL: "1",
      ATL_PRODUCT_HOME_SHARED: "/var/atlassian/application-data/shared-home",
      ATL_DB_TYPE: "postgresql",
      JVM_MINIMUM_MEMORY: "24m",
      JVM_MAXIMUM_MEMORY: "64m",
      JVM_SUPPORT_RECOMMENDED_ARGS:
        "-Dconfluence.cluster.hazelcast.listenPort=5801 -Dconfluence.clusterNodeName.useHostname=true -Dsynchrony.btf.disabled=true",
      CONFLUENCE_LOG_STDOUT: "true",
    });
  });

  test.each<[Join, Record<string, string>]>([
    [{ type: "tcpIp" }, { ATL_CLUSTER_TYPE: "tcp_ip" }],
    [
      { type: "kubernetes" },
      {
        ATL_CLUSTER_TYPE: "kubernetes",
        HAZELCAST_KUBERNETES_SERVICE_NAME: "confluence",
        HAZELCAST_KUBERNETES_SERVICE_PORT: "5801",
      },
    ],
  ])("by %j", (join, expected) => {
    const made = environment({ ...settings, join });
    const ofJoin = Object.entries(made).filter(([name]) => /^(ATL_CLUSTER_(?!NAME)|HAZELCAST)/.test(name));
    expect(Object.fromEntries(ofJoin)).toEqual(expected);
  });

  test("an interface and an interval are told where they are set", () => {
    expect(environment({ ...settings, interface: "net1", safetyIntervalSeconds: 30 })).toMatchObject({
      ATL_CLUSTER_INTERFACE: "net1",
      SIM_SAFETY_INTERVAL_SECONDS: "30",
    });
  });

  test("a replica has a name", () => {
    expect([0, 10].map(replicaName)).toEqual(["confluence-0", "confluence-10"]);
  });
});

describe("the database", () => {
  test("is small, and made to be thrown away", () => {
    expect(postgresArgs({ maxConnections: 30 })).toEqual([
      ...["-c", "listen_addresses=*", "-c", "shared_buffers=16MB", "-c", "max_connections=30"],
      ...["-c", "fsync=off", "-c", "full_page_writes=off"],
    ]);
  });

  test("has a password that is drawn: 24 letters and digits, never the same", () => {
    const drawn = [0, 1].map(() => execFileSync("/bin/sh", ["-c", drawPassword], { encoding: "utf8" }));
    for (const password of drawn) {
      expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
    }
    expect(drawn[0]).not.toBe(drawn[1]);
  });

  const right = { database: "confluence", user: "confluence", folder: "/var/local/x", maxConnections: 30 };
  test.each([
    [{}, []],
    [
      { database: "Wiki", user: "" },
      [
        'database is "Wiki": must be 1 to 63 lower-case letters, digits and underscores, the first a letter',
        'user is "": must be 1 to 63 lower-case letters, digits and underscores, the first a letter',
      ],
    ],
    ...["/", "/var", "/var/lib", "var/lib/x", "/var/lib/../../etc", "/./././var", "/var/lib/...", "/var/lib/a b"].map(
      (folder) =>
        [{ folder }, [`folder is "${folder}": must be an absolute path of at least three plain names`]] as [
          object,
          string[],
        ],
    ),
    [{ maxConnections: 4 }, ['maxConnections is "4": must be a whole number, at least 5']],
  ])("%j", (changes, problems) => {
    expect(postgresProblems({ ...right, ...changes }).map(describeProblem)).toEqual(problems);
  });
});
