import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confluenceNames } from "../../components/confluence/names";
import { commandsOfPage } from "../readme";
import { LabUnderTest, type Ran } from "./lab";
import { testDown, testPage } from "./parts";

const lab = new LabUnderTest("confluence");
const { namespace, name, postgres } = confluenceNames;
let up: Ran;

beforeAll(async () => {
  up = await lab.run("up", lab.stack);
});

afterAll(async () => {
  await lab.end();
});

/** In the database's pod, as its user. */
const psql = (sql: string) => [
  ...["kubectl", "-s", lab.stack, "-n", namespace, "exec", `${postgres}-0`, "--"],
  ...["psql", "-U", confluenceNames.database, "-At", "-c", sql],
];

test("up ends with the panic proven, on each replica, and with its controls", () => {
  expect(up.exitCode).toBe(0);
  for (const replica of [`${name}-0`, `${name}-1`]) {
    expect(up.all).toMatch(
      new RegExp(`^ok +panic .*${replica} on n\\d has panicked: the database has the number`, "m"),
    );
    expect(up.all).toMatch(new RegExp(`^ok +restarts .*${replica} has been restarted [1-9]`, "m"));
    expect(up.all).toMatch(new RegExp(`^ok +member-alone .*${replica} says: Members {size:1`, "m"));
  }
  expect(up.all).toMatch(/^ok +tcp-5801 /m);
  expect(up.all).toMatch(/^ok +multicast-same-node n1, pod to pod/m);
});

test("no secret is in clear in the state or the pods", async () => {
  const secrets = await lab.get("-n", namespace, "secrets");
  const passwords: string[] = secrets.items.flatMap(({ data }: { data?: { password?: string } }) =>
    data?.password === undefined ? [] : [Buffer.from(data.password, "base64").toString()],
  );
  expect(passwords.length).toBeGreaterThan(0);
  const state = lab.stateText();
  const pods = JSON.stringify(await lab.get("-n", namespace, "pods"));
  for (const password of passwords) {
    expect(password).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(state).not.toContain(password);
    expect(pods).not.toContain(password);
  }
});

// Its cure is among them. Other ways are cells of its matrix, or tests below.
const page = commandsOfPage("confluence").filter(({ command }) => !command.includes(" --set "));
testPage(lab, "confluence", { page });

describe("the cluster on Weave", () => {
  test("keeps what the database has confirmed when its pod is killed during writes, and goes on", async () => {
    expect((await lab.run(...psql("create table if not exists kept (n integer primary key)"))).exitCode).toBe(0);
    // Each row is a transaction of its own; what psql prints has been committed.
    const rows =
      'for i in $(seq 2000); do psql -U confluence -qAt -c "insert into kept values ($i) returning n" || exit 0; done';
    const inPod = ["kubectl", "-s", lab.stack, "-n", namespace, "exec", `${postgres}-0`, "--"];
    const writing = lab.run(...inPod, "sh", "-c", rows);
    const committed = async () => Number((await lab.run(...psql("select count(*) from kept"))).stdout);
    await expect.poll(committed, { timeout: 60_000, interval: 200 }).toBeGreaterThan(20);
    // Its node has no other PostgreSQL. The writing shell, in the same container, ends with it.
    const { spec } = await lab.get("-n", namespace, "pod", `${postgres}-0`);
    await lab.node(spec.nodeName, "pkill", "-KILL", "-x", "postgres");
    const { stdout } = await writing;
    const confirmed = stdout.split("\n").filter((line) => /^\d+$/.test(line));
    expect(confirmed.length).toBeGreaterThan(10);
    const answers = async () => (await lab.run(...psql("select 1"))).exitCode;
    await expect.poll(answers, { timeout: 120_000, interval: 1_000 }).toBe(0);
    const kept = new Set((await lab.run(...psql("select n from kept"))).stdout.split("\n"));
    expect(confirmed.filter((n) => !kept.has(n))).toEqual([]);
  });

  test("is whole again after a member was killed, with a third one that was asked for meanwhile", async () => {
    const selector = `app.kubernetes.io/name=${name}`;
    const { items } = await lab.get("-n", namespace, "pods", "-l", selector);
    const { metadata, spec, status } = items[0];
    const restarts = ({ containerStatuses }: typeof status) => containerStatuses[0].restartCount;
    await lab.node(spec.nodeName, "pkill", "-KILL", "-x", "java");
    const { exitCode, all } = await lab.run("up", lab.stack, "--set", "replicas=3");
    expect(exitCode).toBe(0);
    for (const replica of [0, 1, 2]) {
      const said = new RegExp(`^ok +members .*${name}-${replica} on n\\d says: the cluster has 3 members`, "m");
      expect(all).toMatch(said);
    }
    const killed = await lab.get("-n", namespace, "pod", metadata.name);
    expect(killed.metadata.uid).toBe(metadata.uid);
    expect(restarts(killed.status)).toBe(restarts(status) + 1);
  });

  test("has no verdict to give of one replica, and says so", async () => {
    const { exitCode, all } = await lab.run("up", lab.stack, "--set", "replicas=1");
    expect(exitCode).toBe(1);
    expect(all).toMatch(/no verdict/);
  });
});

testDown(lab);
