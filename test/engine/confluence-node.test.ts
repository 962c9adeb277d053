import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Container, Containers, podman } from "./confluence-containers";

/** Deadlines, for a slow machine; nothing waits for them where it is faster. */
const soon = { timeout: 90_000, interval: 250 };
const password = "pass phrase";

let containers: Containers;
let database: Container;
/** Of each pair the node that started first, and the one that started when that ran. */
let islands: Pair;
let joined: Pair;
let services: Pair;

interface Pair {
  readonly older: Container;
  readonly newer: Container;
}

type Env = Readonly<Record<string, string>>;

const common = (cluster: string): Env => ({
  ATL_CLUSTER_NAME: cluster,
  ATL_DB_TYPE: "postgresql",
  ATL_JDBC_URL: `jdbc:postgresql://${database.address}/${cluster}`,
  ATL_JDBC_USER: "confluence",
  ATL_JDBC_PASSWORD: password,
  CONFLUENCE_LOG_STDOUT: "true",
  SIM_SAFETY_INTERVAL_SECONDS: "1",
  SIM_STARTUP_SECONDS: "0",
});
const multicast = (cluster: string, address: string): Env => ({
  ...common(cluster),
  ATL_CLUSTER_TYPE: "multicast",
  ATL_CLUSTER_ADDRESS: address,
  ATL_CLUSTER_TTL: "1",
});
const node = (hostname: string, env: Env) => containers.run(hostname, { image: "confluence-node", env });
const sql = (name: string, statement: string) =>
  database.exec("psql", "--username=confluence", `--dbname=${name}`, "--tuples-only", "--no-align", "-c", statement);
const numbers = (name: string) => sql(name, "select safetynumber from clustersafety");
const running = '200 {"state":"RUNNING"}';
const isRunning = ({ newer }: Pair | { newer: Container }) =>
  vi.waitFor(async () => expect(await newer.get("/status")).toBe(running), soon);

/** A node once its elder runs. */
async function pair(name: string, older: Env, newer: Env): Promise<Pair> {
  const first = await node(`${name}-0`, older);
  await isRunning({ newer: first });
  return { older: first, newer: await node(`${name}-1`, newer) };
}

/** Two nodes whose peers are addresses of Services: no interface has them, and one leads back to the node itself. */
async function behindServices(name: string): Promise<Pair> {
  const hosts = [`${name}-0`, `${name}-1`] as const;
  const env = {
    ...common(name),
    ATL_CLUSTER_TYPE: "tcp_ip",
    ATL_CLUSTER_PEERS: "10.96.7.1,10.96.7.2",
    [`${name.toUpperCase()}_0_SERVICE_HOST`]: "10.96.7.1",
    [`${name.toUpperCase()}_1_SERVICE_HOST`]: "10.96.7.2",
  };
  const older = await containers.create(hosts[0], { image: "confluence-node", env });
  const newer = await containers.create(hosts[1], { image: "confluence-node", env });
  for (const container of [older, newer]) {
    await container.redirect("10.96.7.1", older.address);
    await container.redirect("10.96.7.2", newer.address);
  }
  // At once: each finds the other still looking.
  await Promise.all([older, newer].map(({ name: each }) => podman("start", each)));
  return { older, newer };
}

beforeAll(async () => {
  containers = await Containers.make();
  database = await containers.run("database", {
    image: "postgres",
    env: { POSTGRES_USER: "confluence", POSTGRES_DB: "joined", POSTGRES_PASSWORD: password },
    args: ["-c", "shared_buffers=16MB", "-c", "max_connections=30"],
  });
  await vi.waitFor(() => database.exec("pg_isready", "--host=127.0.0.1"), soon);
  for (const name of ["islands", "services"]) {
    await sql("joined", `create database ${name}`);
  }
  services = await behindServices("services");
  [joined, islands] = await Promise.all([
    pair("joined", multicast("joined", "230.0.0.1"), multicast("joined", "230.0.0.1")),
    pair("islands", multicast("islands", "230.0.0.2"), multicast("islands", "230.0.0.3")),
  ]);
  await Promise.all([joined, islands, services].map(isRunning));
});
afterAll(() => containers?.remove());

/** What the product writes when it panics, in its order. */
const panicLines = [
  /WARN \[Caesium-1-1\] \[\S+SafetyManager\] onNumbersAreDifferent Detected different number in database/,
  /ERROR \[Caesium-1-1\] \[impl\.schedule\.caesium\.JobRunnerWrapper\] .* DEBUG DUMP END$/,
  /WARN \[Caesium-1-1\] \[analytics\.client\.listener\.ProductEventListener\] .*ClusterPanicAnalyticsEvent@/,
  /ERROR \[Caesium-1-1\] \[confluence\.cluster\.safety\.ClusterPanicListener\] onClusterPanicEvent Received a panic event, stopping processing on the node: \[Origin node: [0-9a-f]{8} listening on \/[\d.]+:5801\] Clustered Confluence: Database is being updated by an instance which is not part of the current cluster\./,
  /WARN \[Caesium-1-1\] \[confluence\.cluster\.safety\.ClusterPanicListener\] .*HazelcastClusterInformation@/,
  /WARN \[Caesium-1-1\] \[confluence\.cluster\.safety\.ClusterPanicListener\] .*Shutting down scheduler$/,
];
const listens = async (container: Container) =>
  / [0-9A-F]{8}:16A9 \S+ 0A /.test(await container.exec("cat", "/proc/net/tcp"));

test("of two nodes that can't find each other the older one panics", async () => {
  const { older, newer } = islands;
  await vi.waitFor(async () => expect(await older.get("/status")).toBe('500 {"state":"ERROR"}'), soon);
  // The last thing that a panic does.
  await vi.waitFor(async () => expect(await older.log()).toContain("is SHUTDOWN"), soon);
  const lines = (await older.log()).split("\n");
  const found = lines.flatMap((line) => panicLines.filter((pattern) => pattern.test(line)).map(String));
  expect(found).toEqual(panicLines.map(String));
  expect(lines.find((line) => line.includes("Received a panic"))).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ERROR /,
  );
  expect(await newer.log()).not.toMatch(/panic/i);
  expect(await newer.get("/status")).toBe(running);
});

test("a panic stops Hazelcast and leaves the process and its pages", async () => {
  const { older, newer } = islands;
  expect(await older.state()).toBe("running 0");
  expect(await older.get("/")).toMatch(/^503 .*Database is being updated by an instance which is not part of/s);
  expect([await listens(older), await listens(newer)]).toEqual([false, true]);
  const log = await older.exec("cat", "/var/atlassian/application-data/confluence/logs/atlassian-confluence.log");
  expect(log).toContain("ClusterPanicListener");
});

test("the newer one goes on, and nobody else writes", async () => {
  const before = await numbers("islands");
  await vi.waitFor(async () => expect(await numbers("islands")).not.toBe(before), soon);
  expect(await islands.newer.get("/sim/cluster")).toContain(
    `"members":["[${islands.newer.address}]:5801"],"master":true`,
  );
});

test.each(["multicast", "Services"])("two nodes that find each other by %s are one cluster", async (how) => {
  const { older, newer } = how === "multicast" ? joined : services;
  for (const { log } of [older, newer].map((container) => ({ log: () => container.log() }))) {
    await vi.waitFor(async () => expect(await log()).toMatch(/ logClusterMembers Cluster now has 2 members: \[/), soon);
  }
  expect(await older.get("/status")).toBe(running);
});

test("they share one number, which changes, and run on", async () => {
  const seen = new Set<string>();
  await vi.waitFor(async () => {
    seen.add(await numbers("joined"));
    expect(seen.size).toBeGreaterThan(4);
  }, soon);
  expect([...seen].filter((rows) => !/^-?\d+$/.test(rows))).toEqual([]);
  for (const container of [joined.older, joined.newer]) {
    expect(await container.get("/status")).toBe(running);
    expect(await container.log()).not.toMatch(/panic/i);
  }
});

test("a node fits into a small pod, runs as the vendor's user and shows no secret", async () => {
  for (const container of [joined.older, joined.newer]) {
    const status = await container.exec("cat", "/proc/1/status");
    expect(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])).toBeLessThan(130 * 1024);
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe("2002");
    expect(await container.log()).not.toContain(password);
  }
});

test("a node that is told to stop leaves its cluster and ends with 0", async () => {
  // Its process ends under the hook, which then has no answer to give.
  await joined.newer.exec("/shutdown-wait.sh").catch(() => {});
  await vi.waitFor(async () => expect(await joined.newer.state()).toBe("exited 0"), soon);
  expect(await joined.newer.log()).toMatch(/\[stop\] .* stop Stopped$/);
  await vi.waitFor(
    async () => expect(await joined.older.log()).toMatch(/ memberRemoved .* Cluster now has 1 members: \[/s),
    soon,
  );
  const before = await numbers("joined");
  await vi.waitFor(async () => expect(await numbers("joined")).not.toBe(before), soon);
  expect(await joined.older.get("/status")).toBe(running);
});

test("a node that has panicked stops the same way", async () => {
  await podman("stop", "--time=25", islands.older.name);
  expect(await islands.older.state()).toBe("exited 0");
});

test("a wrong password is told by the variable's name, once, and the node stays to be looked at", async () => {
  const wrong = await node("wrong", { ...common("joined"), ATL_JDBC_PASSWORD: "other phrase" });
  await vi.waitFor(async () => expect(await wrong.get("/status")).toBe('500 {"state":"ERROR"}'), soon);
  const log = await wrong.log();
  const said = 'password authentication failed for user "confluence". See ATL_JDBC_USER and ATL_JDBC_PASSWORD';
  expect(log.split(said)).toHaveLength(2);
  expect(log).not.toContain("other phrase");
  expect(await wrong.state()).toBe("running 0");
});

test("all that lacks is told together, and nothing starts", async () => {
  const env = {
    ATL_CLUSTER_TYPE: "multicast",
    ATL_CLUSTER_NAME: "c",
    ATL_CLUSTER_TTL: "400",
    ATL_DB_TYPE: "postgresql",
  };
  expect(await containers.outcome({ image: "confluence-node", env })).toBe(
    [
      "2 confluence-node: ATL_JDBC_URL is not set; allowed: jdbc:postgresql://HOST[:PORT]/DATABASE",
      "confluence-node: ATL_JDBC_USER is not set; allowed: the database's user",
      "confluence-node: ATL_JDBC_PASSWORD is not set; allowed: the password of the database's user",
      "confluence-node: ATL_CLUSTER_ADDRESS is not set; allowed: a multicast address, 224.0.0.0 to 239.255.255.255",
      'confluence-node: ATL_CLUSTER_TTL is "400"; allowed: a whole number from 0 to 255',
    ].join("\n"),
  );
});

test("an interface that is not there is told with those that are", async () => {
  const env = { ...multicast("joined", "230.0.0.1"), ATL_CLUSTER_INTERFACE: "net1" };
  expect(await containers.outcome({ image: "confluence-node", env })).toBe(
    '2 confluence-node: ATL_CLUSTER_INTERFACE is "net1"; allowed: an interface with an IPv4 address, here: {lo=[127.0.0.1]}',
  );
});

test("the database is PostgreSQL 15, as the user of the upstream image", async () => {
  expect(await sql("joined", "show server_version")).toMatch(/^15\./);
  expect(await sql("joined", "show shared_buffers")).toBe("16MB");
  expect(await sql("joined", "select count(*) from generate_series(1, 1000000)")).toBe("1000000");
  expect(await database.exec("id", "--user")).toBe("999");
  expect(await database.exec("ls", "/var/lib/postgresql/data")).toBe("pgdata");
});

test("a database keeps what it has over a restart", async () => {
  await sql("postgres", "create table kept (number integer)");
  await podman("restart", "--time=20", database.name);
  await vi.waitFor(async () => expect(await sql("postgres", "select count(*) from kept")).toBe("0"), soon);
});

test.each([
  [{}, "postgres: POSTGRES_PASSWORD is not set; allowed: the password of user postgres"],
  [{ POSTGRES_PASSWORD: "x", POSTGRES_DB: "a b" }, 'postgres: POSTGRES_DB is "a b"; allowed: letters, digits, _ and -'],
])("a database that is given %j is refused", async (env, expected) => {
  expect(await containers.outcome({ image: "postgres", env })).toBe(`2 ${expected}`);
});
