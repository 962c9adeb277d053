import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { probeNames } from "../../components/probe/probe-names";
import { read } from "../run/capture";
import type { Probe } from "./outage";
import { PodAddresses } from "./pod-addresses";
import { PodWatch } from "./pod-watch";
import { bundleProber, ProberProcess } from "./prober-process";
import { everyMs, monotonicMs, type Outcome, type Target } from "./protocol";
import { dnsTarget, nodeTarget, serviceTarget } from "./targets";

/** A node that is probed from, and whose pods are probed. */
export interface MeteredNode {
  readonly name: string;
  /** The container it is; absent for a machine. */
  readonly container?: string;
}

export interface MeterArgs {
  /** The engine whose containers the nodes are. */
  readonly engine: ContainerEngine;
  readonly nodes: readonly MeteredNode[];
  /** With it, `kubectl` reaches the cluster. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder for the bundled prober, while the meter runs. */
  readonly folder: string;
}

/** A pair counts as whole when this many probes in a row were answered. */
const wholeProbes = 5;

/** Until every pair was answered once, before a swap begins; in ms. Where there is no CNI, nothing will be. */
const warmUpMs = 4_000;

/**
 * Asks from every node, 10 times a second, for what its workloads need: the Service `probe`, a probe pod of each
 * other node, and DNS. What is lost shows what a change of the network costs.
 */
export class Meter {
  private readonly probers = new Map<string, ProberProcess>();
  private readonly addresses = new PodAddresses();
  private readonly outcomes: (Outcome & { readonly from: string })[] = [];
  /** Probes answered in a row, by pair. */
  private readonly answered = new Map<string, number>();
  private readonly watch: PodWatch;
  private began = monotonicMs();
  private readonly onExit = () => this.watch.stop();

  private constructor(
    private readonly args: MeterArgs,
    private readonly fixed: readonly Target[],
    pids: readonly number[],
    private readonly program: string,
  ) {
    args.nodes.forEach(({ name }, i) => {
      this.probers.set(name, new ProberProcess(program, pids[i] ?? 0, (outcome) => this.take(name, outcome)));
    });
    this.watch = new PodWatch(args.env, {
      start: () => this.addresses.restart(),
      event: (event) => {
        this.addresses.take(event);
        this.order();
      },
    });
    this.order();
    process.once("exit", this.onExit);
  }

  /** Starts to ask. @throws Error when a node or the cluster can't be asked */
  static async start(args: MeterArgs): Promise<Meter> {
    const program = path.join(args.folder, "prober.js");
    const containers = args.nodes.flatMap(({ container }) => container ?? []);
    if (containers.length < args.nodes.length) {
      throw new Error("it runs in nodes that are containers of this machine");
    }
    const [service, dns, pids] = await Promise.all([
      clusterIp(args.env, probeNames.namespace, probeNames.name),
      clusterIp(args.env, "kube-system", "kube-dns"),
      read(args.engine.pids(containers)),
      bundleProber(program),
    ]);
    const fixed = [serviceTarget(service), dnsTarget(dns)];
    const meter = new Meter(args, fixed, pids.trim().split("\n").map(Number), program);
    await meter.whole(warmUpMs, 1);
    return meter;
  }

  /** From now on it counts: the change begins. @returns when that is, by the monotonic clock */
  begin(): number {
    this.began = monotonicMs();
    return this.began;
  }

  /** Waits until all pairs are answered again, at most `forMs`. @returns whether they are */
  async whole(forMs: number, inARow = wholeProbes): Promise<boolean> {
    const end = monotonicMs() + forMs;
    const pairs = this.args.nodes.length * (this.fixed.length + this.args.nodes.length - 1);
    const isWhole = () => this.answered.size === pairs && [...this.answered.values()].every((count) => count >= inARow);
    while (!isWhole() && monotonicMs() < end) {
      await sleep(everyMs);
    }
    return isWhole();
  }

  /** Ends it. @returns the probes since the beginning */
  async stop(): Promise<readonly Probe[]> {
    const end = monotonicMs();
    this.watch.stop();
    process.off("exit", this.onExit);
    await Promise.all([...this.probers.values()].map((prober) => prober.stop()));
    rmSync(this.program, { force: true });
    return this.outcomes
      .filter(({ at }) => at >= this.began && at <= end)
      .map(({ from, target, at, ms, lost }) => ({ from, to: target, at: at - this.began, ms, lost }));
  }

  private take(from: string, outcome: Outcome): void {
    this.outcomes.push({ ...outcome, from });
    const pair = `${from} ${outcome.target}`;
    this.answered.set(pair, outcome.lost === undefined ? (this.answered.get(pair) ?? 0) + 1 : 0);
  }

  private order(): void {
    for (const [from, prober] of this.probers) {
      const others = this.args.nodes.flatMap(({ name }) => {
        const address = name === from ? undefined : this.addresses.of(name);
        return address === undefined ? [] : [nodeTarget(name, address)];
      });
      prober.order([...this.fixed, ...others]);
    }
  }
}

async function clusterIp(env: MeterArgs["env"], namespace: string, service: string): Promise<string> {
  const address = ["--output", "jsonpath={.spec.clusterIP}", "--request-timeout", "10s"];
  return read(["kubectl", "--namespace", namespace, "get", "service", service, ...address], { env });
}
