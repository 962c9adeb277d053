import { setTimeout as sleep } from "node:timers/promises";
import type { Argv } from "../../components/cluster/engine/engine";
import { probeNames } from "../../components/probe/probe-names";
import { read } from "../run/capture";
import { clusterDomain } from "./cluster-domain";
import type { Probe, Unseen } from "./outage";
import { leastEveryMs, othersOf, type Pace, paceOf } from "./pace";
import { without } from "./period";
import { PodAddresses } from "./pod-addresses";
import { PodWatch } from "./pod-watch";
import { Prober } from "./prober";
import { monotonicMs, type Outcome, type Target } from "./protocol";
import { dnsTarget, nodeTarget, serviceTarget } from "./targets";

/** The nodes that are probed from, and whose pods are probed: the command of this machine that runs a prober on each. */
export type Probers = ReadonlyMap<string, Argv>;

export interface MeterArgs {
  /** Asked when the meter starts. */
  readonly probers: () => Promise<Probers>;
  /** With it, `kubectl` reaches the cluster. */
  readonly env: Readonly<Record<string, string>>;
  /** At least so long between two probes of a target, in ms. @default as `paceOf` has it */
  readonly everyMs?: number;
}

/** What it found since it began to count. */
export interface Found {
  /** Between two probes of a target, in ms. */
  readonly everyMs: number;
  readonly probes: readonly Probe[];
  /** When nothing is known of the probes from a node. */
  readonly unseen: readonly Unseen[];
}

/** A pair counts as whole when this many probes in a row were answered. */
const wholeProbes = 5;

/** Until every prober has said something, in ms. */
const helloMs = 15_000;

/** Until every pair was answered once, before a swap begins; in ms. Where there is no CNI, nothing will be. */
const warmUpMs = 4_000;

/**
 * Asks from every node, again and again, for what its workloads need: the Service `probe`, probe pods of other nodes,
 * and DNS. What is lost shows what a change of the network costs.
 */
export class Meter {
  private readonly probers = new Map<string, Prober>();
  private readonly addresses = new PodAddresses();
  /** Probes answered in a row, by node and target. */
  private readonly answered = new Map<string, Map<string, number>>();
  private readonly watch: PodWatch;
  private readonly pace: Pace;
  private began = monotonicMs();
  private readonly onExit = () => this.watch.stop();

  private constructor(
    env: MeterArgs["env"],
    probers: Probers,
    private readonly fixed: readonly Target[],
    everyMs: MeterArgs["everyMs"],
  ) {
    this.pace = paceOf(probers.size, everyMs);
    for (const [name, argv] of probers) {
      const on = {
        outcome: (outcome: Outcome) => this.take(name, outcome),
        lost: () => this.answered.delete(name),
      };
      this.probers.set(name, new Prober(argv, env, on));
    }
    this.watch = new PodWatch(env, {
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
  static async start({ env, probers, everyMs }: MeterArgs): Promise<Meter> {
    const [service, dns, domain, ways] = await Promise.all([
      clusterIp(env, probeNames.namespace, probeNames.name),
      clusterIp(env, "kube-system", "kube-dns"),
      clusterDomain(env),
      probers(),
    ]);
    const meter = new Meter(env, ways, [serviceTarget(service), dnsTarget(dns, domain)], everyMs);
    const silent = await meter.silent();
    if (silent !== undefined) {
      await meter.stop();
      throw new Error(silent);
    }
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
    const nodes = this.probers.size;
    const targets = this.fixed.length + this.pace.others;
    const isWhole = () =>
      this.answered.size === nodes &&
      [...this.answered.values()].every(
        (pairs) => pairs.size === targets && [...pairs.values()].every((count) => count >= inARow),
      );
    while (!isWhole() && monotonicMs() < end) {
      await sleep(leastEveryMs);
    }
    return isWhole();
  }

  /** Ends it. */
  async stop(): Promise<Found> {
    const [fromMs, toMs] = [this.began, monotonicMs()];
    this.watch.stop();
    process.off("exit", this.onExit);
    await Promise.all([...this.probers.values()].map((prober) => prober.stop()));
    const since = (ms: number) => ms - fromMs;
    const nodes = [...this.probers].map(([from, { sights }]) => ({
      from,
      outcomes: sights.flatMap((sight) => sight.outcomes()).filter(({ at }) => at >= fromMs && at <= toMs),
      unseen: without(
        { fromMs, toMs },
        sights.flatMap((sight) => sight.period() ?? []),
        // In less no probe fell due.
      ).filter((period) => period.toMs - period.fromMs > this.pace.everyMs),
    }));
    return {
      everyMs: this.pace.everyMs,
      probes: nodes.flatMap(({ from, outcomes }) =>
        outcomes.map(({ target, at, ms, lost }) => ({ from, to: target, at: since(at), ms, lost })),
      ),
      unseen: nodes.flatMap(({ from, unseen }) =>
        unseen.map((period) => ({ from, fromMs: since(period.fromMs), toMs: since(period.toMs) })),
      ),
    };
  }

  /** Waits until all probers have said something. @returns what is wrong with those that have not */
  private async silent(): Promise<string | undefined> {
    const silent = new Map(this.probers);
    const heard = [...this.probers].map(([name, prober]) => prober.heard.then(() => silent.delete(name)));
    const late = new AbortController();
    await Promise.race([Promise.all(heard), sleep(helloMs, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
    const troubles = [...silent].map(([name, { trouble }]) => `${name}: ${trouble}`);
    return troubles.length === 0 ? undefined : `no prober answers on ${troubles.join("; ")}`;
  }

  private take(from: string, outcome: Outcome): void {
    const pairs = this.answered.get(from) ?? new Map<string, number>();
    pairs.set(outcome.target, outcome.lost === undefined ? (pairs.get(outcome.target) ?? 0) + 1 : 0);
    this.answered.set(from, pairs);
  }

  private order(): void {
    const nodes = [...this.probers.keys()];
    for (const [from, prober] of this.probers) {
      const others = othersOf(from, nodes, this.pace).flatMap((name) => {
        const address = this.addresses.of(name);
        return address === undefined ? [] : [nodeTarget(name, address)];
      });
      prober.ask({ targets: [...this.fixed, ...others], everyMs: this.pace.everyMs });
    }
  }
}

async function clusterIp(env: MeterArgs["env"], namespace: string, service: string): Promise<string> {
  const address = ["--output", "jsonpath={.spec.clusterIP}", "--request-timeout", "10s"];
  return read(["kubectl", "--namespace", namespace, "get", "service", service, ...address], { env });
}
