import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterAccess, PodTarget } from "../../checks/engine/access";
import type { Clock } from "../../checks/engine/clock";
import type { Check } from "../../checks/language/check";
import type { Lab } from "../../labs/format/lab-data";
import type { Ran, RunOptions } from "../../lib/ran";

/** A clock that jumps to the next sleeper as soon as nothing else is left to do. */
export class FakeClock implements Clock {
  private time = Date.UTC(2026, 0, 1);
  private sleepers: { at: number; wake: () => void }[] = [];
  private ticking = false;

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const sleeper = { at: this.time + ms, wake: resolve };
      const stop = () => {
        this.sleepers = this.sleepers.filter((one) => one !== sleeper);
        reject(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
      this.sleepers.push(sleeper);
      this.tick();
    });
  }

  private tick(): void {
    if (this.ticking) return;
    this.ticking = true;
    setImmediate(() => {
      this.ticking = false;
      this.sleepers.sort((a, b) => a.at - b.at);
      const next = this.sleepers.shift();
      if (next === undefined) return;
      this.time = next.at;
      next.wake();
      if (this.sleepers.length > 0) this.tick();
    });
  }
}

/** What a fake command prints; the exit code is 0 unless given. */
export type Answer = string | { exitCode?: number; stdout?: string; stderr?: string; seconds?: number };

/** A pod of Confluence. */
export interface FakeReplica {
  readonly node?: string;
  readonly ip?: string;
  readonly net1?: string;
  readonly phase?: string;
  readonly leaving?: boolean;
}

/** A cluster of two nodes (or more) with a probe pod each, whose commands are answered by a function. */
export class FakeCluster implements ClusterAccess {
  readonly clock = new FakeClock();
  readonly calls: { where: string; argv: readonly string[] }[] = [];
  readonly nodes;
  /** Pods without which nodes are; their checks find none. */
  podless: readonly string[] = [];
  /** How the names of each node's probe pods begin. */
  podNames: readonly string[] = ["probe"];
  /** The pods with a second interface; one without an address hangs. */
  multihomed: readonly { role: string; node: string; address?: string; mac?: string }[] = [];
  /** How many replicas of Confluence there are to be; undefined where there is no Confluence. */
  wanted?: number;
  /** Those that are there, by their number. */
  replicas: Readonly<Record<number, FakeReplica>> = {};
  /** How often the objects can't be listed before they can. */
  unreachable = 0;
  /** Whether the stack has a DHCP server; its commands are asked of `dhcp-server`. */
  hasServer = false;
  /** How long each command might take, in milliseconds. */
  readonly limits: (number | undefined)[] = [];
  /** How many commands ran at once at most. */
  most = 0;
  private running = 0;

  constructor(
    private readonly answer: (where: string, command: string, n: number) => Answer,
    count = 2,
  ) {
    this.nodes = Array.from({ length: count }, (_, i) => ({
      name: `n${i + 1}`,
      container: `cni-lab-test-n${i + 1}`,
      address: `172.28.1.${i + 11}`,
    }));
  }

  kubectl(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    if (args[1] === "pods,services,statefulsets" && this.unreachable > 0) {
      this.unreachable -= 1;
      return Promise.resolve({ ...ran(["kubectl", ...args], "", 1), stderr: "connection refused" });
    }
    if (args[1] === "pods,services,statefulsets")
      return Promise.resolve(ran(["kubectl", ...args], JSON.stringify(this.objects())));
    const isList = ["nodes", "pods"].includes(args[1] ?? "") && !args.includes("--field-selector");
    if (args[0] === "version" || isList) {
      return Promise.resolve(ran(["kubectl", ...args], "", 1));
    }
    return this.run("kubectl", ["kubectl", ...args], args, options);
  }

  pod({ namespace, pod, container }: PodTarget, argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.run(pod, ["kubectl", "exec", "-n", namespace, pod, "-c", container, "--", ...argv], argv, options);
  }

  node(name: string, argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.run(name, ["podman", "exec", name, ...argv], argv, options);
  }

  async dhcpServer(argv: readonly string[], options: RunOptions = {}): Promise<Ran | undefined> {
    return this.hasServer ? this.run("dhcp-server", ["podman", "exec", "dhcp", ...argv], argv, options) : undefined;
  }

  async dhcpLog(args: readonly string[], options: RunOptions = {}): Promise<Ran | undefined> {
    return this.hasServer ? this.run("dhcp-log", ["podman", "logs", ...args, "dhcp"], args, options) : undefined;
  }

  private async run(
    where: string,
    argv: readonly string[],
    words: readonly string[],
    { signal, timeoutMs }: RunOptions,
  ) {
    this.limits.push(timeoutMs);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    const n = this.calls.filter((call) => call.where === where).length;
    this.calls.push({ where, argv: words });
    try {
      const answer = this.answer(where, words.join(" "), n);
      const full = typeof answer === "string" ? { stdout: answer } : answer;
      await this.clock.sleep((full.seconds ?? 0) * 1000, signal ?? new AbortController().signal);
      return { ...ran(argv, full.stdout ?? "", full.exitCode ?? 0), stderr: full.stderr ?? "" };
    } finally {
      this.running -= 1;
    }
  }

  private objects(): unknown {
    const pods = this.nodes.flatMap(({ name }, i) => {
      if (this.podless.includes(name)) return [];
      const labels = { "app.kubernetes.io/name": "probe" };
      return this.podNames.map((podName, n) => ({
        kind: "Pod",
        metadata: { namespace: "cni-lab", name: `${podName}-${name}`, labels },
        spec: { nodeName: name },
        status: { phase: "Running", podIP: `10.244.${i}.${n + 5}` },
      }));
    });
    const multihomed = this.multihomed.map(({ role, node, address, mac }) => {
      const status = JSON.stringify([
        { name: "cbr0", interface: "eth0", ips: ["10.244.0.9"], mac: "0a:00:00:00:00:09" },
        { name: "cni-lab/macvlan", interface: "net1", ips: [address], mac },
      ]);
      const annotations = address === undefined ? {} : { "k8s.v1.cni.cncf.io/network-status": status };
      return {
        kind: "Pod",
        metadata: { namespace: "cni-lab", name: `${role}-${node}`, labels: { "cni-lab/role": role }, annotations },
        spec: { nodeName: node },
        status: { phase: address === undefined ? "Pending" : "Running" },
      };
    });
    const service = (namespace: string, name: string, clusterIP: string) => ({
      kind: "Service",
      metadata: { namespace, name },
      spec: { clusterIP },
    });
    const replicas = Object.entries(this.replicas).map(([ordinal, { node, ip, net1, phase, leaving }]) => {
      const status = JSON.stringify([{ interface: "net1", ips: [net1], mac: "0a:00:00:00:00:01" }]);
      return {
        kind: "Pod",
        metadata: {
          namespace: "confluence",
          name: `confluence-${ordinal}`,
          annotations: net1 === undefined ? {} : { "k8s.v1.cni.cncf.io/network-status": status },
          ...(leaving === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
        },
        spec: { nodeName: node },
        status: { phase: phase ?? "Running", podIP: ip },
      };
    });
    const statefulSet = {
      kind: "StatefulSet",
      metadata: { namespace: "confluence", name: "confluence" },
      spec: { replicas: this.wanted },
    };
    return {
      items: [
        ...pods,
        ...multihomed,
        ...replicas,
        ...(this.wanted === undefined ? [] : [statefulSet, service("confluence", "confluence", "10.96.3.3")]),
        service("cni-lab", "probe", "10.96.1.1"),
        service("default", "kubernetes", "10.96.0.1"),
        service("kube-system", "kube-dns", "10.96.0.10"),
      ],
    };
  }
}

function ran(argv: readonly string[], stdout: string, exitCode = 0): Ran {
  return { argv, exitCode, stdout, stderr: "", ms: 12 };
}

/** A check that looks at each node and wants the word `yes`, changed as a test needs. */
export function checkOf(changes: Partial<Check> = {}): Check {
  return {
    id: "says-yes",
    title: "Every node says yes",
    subjects: "node",
    steps: [{ id: "ask", at: "node", run: ["ask"] }],
    read: { word: { pattern: /\w+/ } },
    expect: [{ value: "word", equals: "yes" }],
    timing: { bySeconds: 10, everySeconds: 2 },
    says: { holds: "{node} says {value.word}", fails: "{node} does not say yes" },
    evidence: [],
    ...changes,
  };
}

/** A lab of these checks. */
export function labOf(healthy: readonly Check[], changes: Partial<Lab> = {}): Lab {
  return { id: "test", title: "a lab", minutes: 1, memoryMiB: 1, values: {}, checks: { healthy }, ...changes };
}

/** A folder for evidence. */
export function evidenceDir(): string {
  return join(mkdtempSync(join(tmpdir(), "cni-lab-checks-")), "run");
}
