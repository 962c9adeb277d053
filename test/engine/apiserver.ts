import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A Kubernetes API without nodes: a real etcd, a real kube-apiserver, and the controllers that need no node. */
export interface ControlPlane {
  /** Of an administrator. */
  readonly kubeconfig: string;
  readonly kubeconfigFile: string;
  readonly server: string;
  /** Runs kubectl; fails with what it said. */
  kubectl(...argv: string[]): Promise<string>;
  /** Runs kubectl with an object on its standard input. */
  kubectlWith(input: unknown, ...argv: string[]): Promise<string>;
  /** Ends every process and removes every file. */
  stop(): Promise<void>;
}

const token = "cni-lab-engine-test";

/**
 * Starts a control plane on free loopback ports, with its files in a temporary folder.
 * `binDir` holds etcd, kube-apiserver, kube-controller-manager and kubectl.
 */
export async function startControlPlane(binDir: string): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), "cni-lab-apiserver-"));
  const running: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.reverse().map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [etcdPort, peerPort, port] = await freePorts(3);
    const etcd = `http://127.0.0.1:${etcdPort}`;
    const server = `https://127.0.0.1:${port}`;
    const start = (program: string, argv: readonly string[]): void => {
      running.push(startServer(folder, join(binDir, program), argv));
    };
    start("etcd", etcdArguments(folder, etcd, `http://127.0.0.1:${peerPort}`));
    writeCredentials(folder);
    start("kube-apiserver", apiServerArguments(folder, etcd, port));

    await ready(server, running, folder);
    const kubeconfig = kubeconfigOf(server, readFileSync(join(folder, "certs", "apiserver.crt")));
    const kubeconfigFile = join(folder, "kubeconfig");
    writeFileSync(kubeconfigFile, kubeconfig, { mode: 0o600 });
    start("kube-controller-manager", controllerArguments(folder, kubeconfigFile));

    const kubectlWith = async (input: unknown, ...argv: string[]): Promise<string> => {
      // A module of the other kind, which what runs without Vitest can load only so.
      const { execa } = await import("execa");
      const program = join(binDir, "kubectl");
      const { stdout } = await execa(program, ["--kubeconfig", kubeconfigFile, ...argv], {
        input: JSON.stringify(input),
      });
      return stdout;
    };
    const kubectl = (...argv: string[]): Promise<string> => kubectlWith(null, ...argv);
    return { kubeconfig, kubeconfigFile, server, kubectl, kubectlWith, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function etcdArguments(folder: string, client: string, peer: string): string[] {
  return [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ];
}

function apiServerArguments(folder: string, etcd: string, port: number): string[] {
  return [
    `--etcd-servers=${etcd}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, "certs")}`,
    `--token-auth-file=${join(folder, "tokens")}`,
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    "--service-cluster-ip-range=10.0.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(folder, "sa.pub")}`,
    `--service-account-signing-key-file=${join(folder, "sa.key")}`,
  ];
}

/** Those that make pods of workloads and clean up; no node ever runs them. */
const controllers = [
  "namespace-controller",
  "garbage-collector-controller",
  "serviceaccount-controller",
  "daemonset-controller",
  "deployment-controller",
  "replicaset-controller",
  "job-controller",
];

function controllerArguments(folder: string, kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${controllers.join(",")}`,
    `--service-account-private-key-file=${join(folder, "sa.key")}`,
    "--leader-elect=false",
    "--secure-port=0",
  ];
}

function writeCredentials(folder: string): void {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "sec1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  write("sa.key", privateKey);
  write("sa.pub", publicKey);
  write("tokens", `${token},admin,admin,system:masters\n`);
}

function kubeconfigOf(server: string, certificate: Buffer): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": certificate.toString("base64") } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}

function startServer(folder: string, program: string, argv: readonly string[]): ChildProcess {
  const log = join(folder, `${basename(program)}.log`);
  const shell = `exec "$0" "$@" >${log} 2>&1`;
  return spawn("/bin/sh", ["-c", shell, program, ...argv], { stdio: "ignore" });
}

async function ready(server: string, running: readonly ChildProcess[], folder: string): Promise<void> {
  const deadline = Date.now() + 90_000;
  let last = "no answer yet";
  while (Date.now() < deadline) {
    const ended = running.find(({ exitCode }) => exitCode !== null);
    if (ended !== undefined) throw new Error(`a server ended with ${ended.exitCode}:\n${logs(folder)}`);
    last = await answerOf(`${server}/readyz`);
    if (last === "200 ok") return;
    await sleep(100);
  }
  throw new Error(`the API server was not ready within 90 s; last: ${last}\n${logs(folder)}`);
}

function answerOf(url: string): Promise<string> {
  return new Promise((resolve) => {
    const agent = new Agent({ rejectUnauthorized: false });
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(`${response.statusCode} ${text}`));
    }).on("error", ({ message }) => resolve(message));
  });
}

function logs(folder: string): string {
  const tail = (name: string): string => {
    const file = join(folder, `${name}.log`);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return `${name}: ${text.trimEnd().split("\n").slice(-5).join("\n")}`;
  };
  return [tail("etcd"), tail("kube-apiserver")].join("\n");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  // Nothing here is worth a graceful end.
  child.kill("SIGKILL");
  await ended;
}

async function freePorts(count: number): Promise<[number, number, number]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [first = 0, second = 0, third = 0] = ports;
  return [first, second, third];
}
