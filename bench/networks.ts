import { writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { nodeLabel, stackLabel } from "../components/cluster/engine-labels";
import { networkNames } from "../components/networks/names";
import { requestAnnotation } from "../components/networks/request";
import { probeNames } from "../components/probe/probe-names";
import { probePod } from "../components/probe/probe-pod";
import { capture, read } from "../driver/run/capture";
import { engineOfStack } from "../driver/stack/container-engine";
import { toolEnv } from "../driver/stack/env";
import { table } from "../lib/terminal/table";
import { images } from "../lib/versions";
import { locateToolchain } from "../toolchain";
import { cells, type Figure, header, markdown } from "./figures";
import { median, memoryMiB } from "./measure";

/** The stack that is measured: a copy of the lab multihomed that leaves a user's own alone. */
const stack = "test-multihomed";

const lab = path.resolve(__dirname, "../lab");
const node = "n2";

/** The secondary networks that a pod requests. */
const kinds = {
  plain: {},
  "host-local": request(networkNames.static, "10.10.20.200/24"),
  dhcp: request(networkNames.leased),
};
type Kind = keyof typeof kinds;

function request(network: string, address?: string): Record<string, string> {
  return requestAnnotation({ name: network, namespace: probeNames.namespace, address });
}

/** Seconds from a pod's creation until it is Ready, of pods of each kind in turn. */
async function readiness(rounds: number): Promise<Record<Kind, number>> {
  const env = toolEnv(locateToolchain(), stack);
  const kubectl = (input: string | undefined, ...args: string[]) =>
    read(["kubectl", "--namespace", probeNames.namespace, ...args], { env, input });
  const taken: Record<Kind, number[]> = { plain: [], "host-local": [], dhcp: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of Object.keys(kinds) as Kind[]) {
      const name = `bench-${kind}`;
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, annotations: kinds[kind] },
        spec: { ...probePod(images.probe, 0), nodeName: node },
      };
      const start = process.hrtime.bigint();
      await kubectl(JSON.stringify(pod), "create", "--filename", "-");
      await kubectl(undefined, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=120s");
      taken[kind].push(Number(process.hrtime.bigint() - start) / 1e9);
      await kubectl(undefined, "delete", "pod", name);
    }
  }
  return { plain: median(taken.plain), "host-local": median(taken["host-local"]), dhcp: median(taken.dhcp) };
}

function ratio(kind: Exclude<Kind, "plain">, goal: number, taken: Record<Kind, number>): Figure {
  return {
    what: `a pod with a second interface (${kind}), from its creation until it is Ready`,
    goal: `${goal} times a plain pod`,
    measured: `${taken[kind].toFixed(2)} s`,
    floor: `${taken.plain.toFixed(2)} s`,
    result: `${(taken[kind] / taken.plain).toFixed(2)} times`,
  };
}

/** Memory of Multus and the dhcp daemon on the node. */
async function memory(): Promise<Figure> {
  const labels = [`${stackLabel}=${stack}`, `${nodeLabel}=${node}`];
  const id = (await read((await engineOfStack(stack)).ids(labels))).trim();
  const used = memoryMiB([id], (program) => /\/(multus-daemon|dhcp)$/.test(program));
  return {
    what: "memory of Multus and the dhcp daemon on a node",
    goal: "80 MiB",
    measured: `${used.toFixed(0)} MiB`,
    floor: "-",
    result: `${(used / 80).toFixed(2)} of the goal`,
  };
}

new Command("networks")
  .description(`Measures secondary networks, on the stack ${stack}.`)
  .option("--rounds <n>", "how many pods of each kind", "5")
  .option("--write <file>", "keep the table in this file")
  .action(async ({ rounds, write }: { rounds: string; write?: string }) => {
    try {
      await capture([lab, "up", stack]);
      const taken = await readiness(Number(rounds));
      const figures = [ratio("host-local", 1.5, taken), ratio("dhcp", 2.5, taken), await memory()];
      console.log(table(header, figures.map(cells)));
      if (write !== undefined) {
        writeFileSync(write, markdown(figures));
      }
    } finally {
      await read([lab, "down", stack]);
    }
  })
  .parseAsync();
