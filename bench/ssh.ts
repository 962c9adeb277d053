import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { table } from "../lib/terminal/table";
import { images } from "../lib/versions";
import { PulumiProject } from "../test/engine/support";
import { Machines } from "../test/live/machines";
import { webObjects } from "../test/live/traffic";
import { locateTestPrograms, locateToolchain } from "../toolchain";
import { cells, type Figure, header, markdown } from "./figures";
import { median } from "./measure";

const components = path.resolve(__dirname, "../components");

/** How the nodes are reached: as containers of this machine, or by ssh as machines of a cluster that was adopted are. */
const ways = ["container", "ssh"] as const;
type Way = (typeof ways)[number];

/** Both directions of a swap. */
const swaps = ["weave", "flannel"] as const;

/** The machines have the lab's own images. */
const imagesOf = {
  flannel: { image: images.flannel, cniPluginImage: images.flannelCniPlugin },
  weave: { image: images.weave },
} as const;

/** A program with the CNI on the machines, which are reached in one way or the other. Those that have just joined are not Ready. */
function program(machines: Machines, way: Way, cni: keyof typeof imagesOf): string {
  const kubeconfig = readFileSync(machines.kubeconfig, "utf8");
  const known = readFileSync(path.join(machines.home, ".ssh/known_hosts"), "utf8").trim().split("\n");
  const hostKeys = Object.fromEntries(known.map((line) => [line.split(" ")[0], line.split(" ").slice(1).join(" ")]));
  const nodes = machines.nodes.map((node) => ({ ...node, hostKey: hostKeys[node.address] }));
  const from = (file: string) => JSON.stringify(path.join(components, file));
  return `
    const { Cni } = require(${from("cni/cni")});
    const { NodeAccount } = require(${from("cluster/node-account")});
    const { engineOf } = require(${from("cluster/engine/engines")});
    const { ContainerShell } = require(${from("cluster/shell/container-shell")});
    const { SshShell } = require(${from("cluster/shell/ssh-shell")});
    const kubeconfig = ${JSON.stringify(kubeconfig)};
    const provider = new k8s.Provider("api", { kubeconfig, enableConfigMapMutable: true });
    const { account } = new NodeAccount("account", {}, { provider });
    const by = { user: ${JSON.stringify(machines.user)}, sudo: true, account };
    const identityFile = ${JSON.stringify(path.join(machines.home, ".ssh/id_ed25519"))};
    const nodes = ${JSON.stringify(nodes)}.map(({ name, address, container, hostKey }) => ({
      name,
      address,
      shell: ${way === "ssh"} ? new SshShell({ ...by, host: address, hostKey, identityFile }) : new ContainerShell(engineOf("auto"), container),
    }));
    new Cni("cni", { type: "${cni}", ...${JSON.stringify(imagesOf[cni])}, preflight: "tell", access: { nodes, kubeconfig } }, { provider });
  `;
}

/** Seconds of each swap, by one way; the cluster has no CNI before it and none after it. */
async function swapBy(way: Way, machines: Machines): Promise<readonly number[]> {
  const project = await PulumiProject.make(locateToolchain().binDir, ["command", "kubernetes"]);
  const up = async (cni: keyof typeof imagesOf): Promise<number> => {
    await project.program(program(machines, way, cni));
    const start = process.hrtime.bigint();
    const { exitCode, output } = await project.up();
    const took = Number(process.hrtime.bigint() - start) / 1e9;
    if (exitCode !== 0) {
      throw new Error(output);
    }
    await machines.kubectl(["rollout", "status", "daemonset", "web", "--timeout=180s"]);
    await machines.kubectl(["rollout", "status", "deployment", "coredns", "-n", "kube-system", "--timeout=180s"]);
    return took;
  };
  try {
    await up("flannel");
    const took: number[] = [];
    for (const to of swaps) {
      took.push(await up(to));
    }
    console.log(`${way}: ${took.map((each, i) => `to ${swaps[i]} ${each.toFixed(1)} s`).join(", ")}`);
    return took;
  } finally {
    await project.destroy();
    await project.dispose();
  }
}

new Command("ssh")
  .description("Measures swaps on machines by ssh and sudo against the same machines as containers, in one run.")
  .option("--nodes <number>", "how many machines", "3")
  .option("--rounds <number>", "how often each", "3")
  .option("--write <file>", "keep the table in this file")
  .action(async ({ nodes, rounds, write }: { nodes: string; rounds: string; write?: string }) => {
    const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-bench-"));
    const machines = new Machines({
      ...{ name: "bench-ssh", nodeImage: locateToolchain().nodeImage, sshFiles: locateTestPrograms().sshdFiles },
      ...{ folder, podCidr: "10.244.0.0/16", nodes: Number(nodes) },
    });
    try {
      await machines.make();
      await machines.apply(webObjects);
      const took: Record<Way, (readonly number[])[]> = { container: [], ssh: [] };
      for (let round = 0; round < Number(rounds); round += 1) {
        for (const way of ways) {
          took[way].push(await swapBy(way, machines));
        }
      }
      const figures = swaps.map((to, i): Figure => {
        const [floor, own] = ways.map((way) => median(took[way].map((each) => each[i] ?? Number.NaN))) as [
          number,
          number,
        ];
        return {
          what: `swap to ${to} of ${nodes} nodes by ssh and sudo, median of ${rounds}`,
          goal: "1.15 times as containers",
          measured: `${own.toFixed(1)} s`,
          floor: `${floor.toFixed(1)} s`,
          result: `${(own / floor).toFixed(2)} times`,
        };
      });
      console.log(`\n${table(header, figures.map(cells))}`);
      if (write !== undefined) {
        writeFileSync(write, markdown(figures));
      }
    } finally {
      await machines.remove();
      rmSync(folder, { recursive: true });
    }
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
