import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Order, type Outcome, type Pulse, readLine, type Target } from "../../driver/meter/protocol";
import { locateToolchain } from "../../toolchain";

let server: Server;
let port: number;
let lastPort: number | undefined;
let prober: ChildProcess;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.socket.remotePort === lastPort) {
      response.statusCode = 500;
    }
    lastPort = request.socket.remotePort;
    response.end(JSON.stringify({ node: "n2" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  prober.kill("SIGKILL");
});

afterAll(() => {
  server.close();
});

/** What a prober told: each line, the outcomes and the pulses among them. */
interface Told {
  readonly lines: readonly (Outcome | Pulse | undefined)[];
  readonly outcomes: readonly Outcome[];
  readonly pulses: readonly Pulse[];
  readonly exitCode: number | null;
}

const order = (asked: Order) => prober.stdin?.write(`${JSON.stringify(asked)}\n`);

/** Probes until each target has an outcome, then lets the prober end. */
const told = (...targets: readonly Target[]) => toldEvery(100, ...targets);

async function toldEvery(everyMs: number, ...targets: readonly Target[]): Promise<Told> {
  prober = spawn(locateToolchain().prober, ["prober"], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => prober.once("close", (code) => resolve(code)));
  let text = "";
  prober.stdout?.setEncoding("utf8").on("data", (part) => {
    text += part;
    if (targets.every(({ name }) => text.includes(`"target":"${name}"`))) {
      prober.stdin?.end();
    }
  });
  order({ targets, everyMs });
  const exitCode = await ended;
  const lines = text.trim().split("\n").map(readLine);
  return {
    lines,
    outcomes: lines.flatMap((line) => (line !== undefined && "target" in line ? line : [])),
    pulses: lines.flatMap((line) => (line !== undefined && "now" in line ? line : [])),
    exitCode,
  };
}

const http = (name: string, more: Partial<Extract<Target, { by: "http" }>> = {}): Target => ({
  name,
  by: "http",
  host: "127.0.0.1",
  port,
  ...more,
});

const dns = (name: string, server: string): Target => ({
  ...{ name, by: "dns", server, question: "kubernetes.default.svc.cluster.local" },
});

test("it tells what was answered and what was not, and why, and ends with its input", async () => {
  const failing = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => failing.listen(0, "127.0.0.1", resolve));
  const closing = createTcpServer((socket) => socket.resume().end());
  await new Promise<void>((resolve) => closing.listen(0, "127.0.0.1", resolve));
  const { lines, outcomes, exitCode } = await told(
    http("failing", { port: (failing.address() as AddressInfo).port }),
    http("closing", { port: (closing.address() as AddressInfo).port }),
    http("any"),
    http("right node", { node: "n2" }),
    http("wrong node", { node: "n3" }),
    http("nobody", { port: 1 }),
    dns("no dns", "127.0.0.1:1"),
  );
  failing.close();
  closing.close();
  expect(lines).not.toContain(undefined);
  expect(Object.fromEntries(outcomes.map(({ target, lost }) => [target, lost]))).toEqual({
    failing: "HTTP/1.1 503 Service Unavailable",
    closing: "an empty answer",
    any: undefined,
    "right node": undefined,
    "wrong node": "answered by n2",
    nobody: "connection refused",
    "no dns": "connection refused",
  });
  expect(exitCode).toBe(0);
});

test("a name is asked for from a new port each time, and an answer without an address counts as lost", async () => {
  const ports: number[] = [];
  const names = new Set<string>();
  const codes: Readonly<Record<string, readonly [code: number, addresses: number]>> = {
    "a.local": [0, 1],
    "b.local": [3, 0],
    "c.local": [0, 0],
  };
  const resolver = createSocket("udp4", (question, { port: from, address }) => {
    const name = question
      .subarray(13, -5)
      .toString("latin1")
      .replace(/[^a-z]/g, ".");
    names.add(name);
    if (name === "a.local") ports.push(from);
    const [code = 0, addresses = 0] = codes[name] ?? [];
    const answer = Buffer.from(question);
    // It is an answer, of this code, with so many addresses.
    answer[2] = 0x81;
    answer[3] = code;
    answer[7] = addresses;
    resolver.send(answer, from, address);
  });
  await new Promise<void>((resolve) => resolver.bind(0, "127.0.0.1", () => resolve()));
  const at = `127.0.0.1:${resolver.address().port}`;
  const asked = Object.keys(codes).map((question): Target => ({ name: question, by: "dns", server: at, question }));
  const { outcomes } = await told(...asked);
  resolver.close();
  expect([...names].sort()).toEqual(Object.keys(codes));
  expect(Object.fromEntries(outcomes.map(({ target, lost }) => [target, lost]))).toEqual({
    "a.local": undefined,
    "b.local": "DNS answers with code 3",
    "c.local": "DNS answers without an address",
  });
  expect(ports.length).toBeGreaterThan(1);
  expect(new Set(ports).size).toBe(ports.length);
});

test("a target that says nothing is given up, and waited for at the end", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { outcomes } = await told(http("silent", { port: (silent.address() as AddressInfo).port }));
  silent.closeAllConnections();
  silent.close();
  expect(new Set(outcomes.map(({ lost }) => lost))).toEqual(new Set(["no answer in 1 s"]));
  expect(outcomes.length).toBeGreaterThan(3);
  expect(outcomes.every(({ ms }) => ms >= 990)).toBe(true);
});

test("a pulse ends each group of lines, and what it says is told is told", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { lines, outcomes, pulses } = await told(
    http("any"),
    http("silent", { port: (silent.address() as AddressInfo).port }),
  );
  silent.closeAllConnections();
  silent.close();
  const [hello] = lines;
  expect(hello).toMatchObject({ now: expect.any(Number) });
  const sent = outcomes.filter(({ target }) => target === "silent").map(({ at }) => at);
  pulses.forEach(({ now, toldTo }) => {
    expect(toldTo).toBeLessThanOrEqual(now);
    const before = lines.slice(
      0,
      lines.findIndex((line) => line !== undefined && "now" in line && line.now === now),
    );
    const known = before.flatMap((line) =>
      line !== undefined && "target" in line && line.target === "silent" ? line.at : [],
    );
    expect(sent.filter((at) => at < toldTo)).toEqual(known);
  });
  expect(pulses.filter(({ now, toldTo }) => toldTo < now).length).toBeGreaterThan(1);
  const last = pulses.at(-1);
  expect(lines.at(-1)).toBe(last);
  expect(last?.toldTo).toBe(last?.now);
});

test("a reader that is slow holds back no probe", async () => {
  const pauseMs = 3_000;
  const running = told(http("any"));
  prober.stdout?.pause();
  // Long names fill what lies between the two.
  const targets = Array.from({ length: 20 }, (_, i) => http(`${i}`.padEnd(5_000), { port: 1 }));
  order({ targets, everyMs: 100 });
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  order({ targets: [http("any")], everyMs: 100 });
  prober.stdout?.resume();
  const { outcomes } = await running;
  const times = [...new Set(outcomes.map(({ at }) => at))].sort((a, b) => a - b);
  const gaps = times.map((at, i) => at - (times[i - 1] ?? at));
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(pauseMs / 2);
  expect(Math.max(...gaps)).toBeLessThan(pauseMs / 2);
});

test("it asks as often as it is told to", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  // It is given up after a second: meanwhile it is asked again.
  const { outcomes } = await toldEvery(300, http("silent", { port: (silent.address() as AddressInfo).port }));
  silent.closeAllConnections();
  silent.close();
  const times = outcomes.map(({ at }) => at).sort((a, b) => a - b);
  expect(times.length).toBeGreaterThan(2);
  expect(((times.at(-1) ?? 0) - (times[0] ?? 0)) / (times.length - 1)).toBeGreaterThan(250);
});

test("signals of a terminal do not end it before its last outcomes are out", async () => {
  const running = told(http("any"));
  prober.stdout?.once("data", () => prober.kill("SIGINT"));
  await expect(running).resolves.toMatchObject({ exitCode: 0 });
});
