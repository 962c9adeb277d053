import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { bundleProber } from "../../driver/meter/prober-process";
import type { Outcome, Target } from "../../driver/meter/protocol";

const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-prober-"));
const program = path.join(folder, "prober.js");
let server: Server;
let port: number;
let lastPort: number | undefined;
let prober: ChildProcess;

beforeAll(async () => {
  await bundleProber(program);
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
  rmSync(folder, { recursive: true });
});

/** Probes until each target has an outcome, then lets the prober end. */
async function outcomes(...targets: readonly Target[]): Promise<{ all: Outcome[]; exitCode: number | null }> {
  prober = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => prober.once("close", (code) => resolve(code)));
  let text = "";
  prober.stdout?.setEncoding("utf8").on("data", (part) => {
    text += part;
    if (targets.every(({ name }) => text.includes(`"target":"${name}"`))) {
      prober.stdin?.end();
    }
  });
  prober.stdin?.write(`${JSON.stringify({ targets })}\n`);
  const exitCode = await ended;
  return {
    all: text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Outcome),
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

test("it tells what was answered and what was not, and why, and ends with its input", async () => {
  const failing = createServer((_, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => failing.listen(0, "127.0.0.1", resolve));
  const { all, exitCode } = await outcomes(
    http("failing", { port: (failing.address() as AddressInfo).port }),
    http("any"),
    http("right node", { node: "n2" }),
    http("wrong node", { node: "n3" }),
    http("nobody", { port: 1 }),
    { name: "no dns", by: "dns", server: "127.0.0.1:1", question: "kubernetes.default.svc.cluster.local" },
  );
  failing.close();
  const lost = Object.fromEntries(all.map(({ target, lost }) => [target, lost]));
  expect(lost).toEqual({
    failing: "HTTP/1.1 503 Service Unavailable",
    any: undefined,
    "right node": undefined,
    "wrong node": "answered by n2",
    nobody: "ECONNREFUSED",
    "no dns": "ECONNREFUSED",
  });
  expect(exitCode).toBe(0);
});

test("a target that says nothing is given up, and waited for at the end", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { all } = await outcomes(http("silent", { port: (silent.address() as AddressInfo).port }));
  silent.closeAllConnections();
  silent.close();
  expect(new Set(all.map(({ lost }) => lost))).toEqual(new Set(["no answer in 1 s"]));
  expect(all.length).toBeGreaterThan(3);
  expect(all.every(({ ms }) => ms >= 990)).toBe(true);
});

test("signals of a terminal do not end it before its last outcomes are out", async () => {
  const running = outcomes(http("any"));
  prober.stdout?.once("data", () => prober.kill("SIGINT"));
  await expect(running).resolves.toMatchObject({ exitCode: 0 });
});
