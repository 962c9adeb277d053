import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { Argv } from "../../components/cluster/engine/engine";
import { limits } from "../../components/cluster/engine/same-words";

const read = (file: string) => readFileSync(path.join(__dirname, file), "utf8");

/** A machine with a kernel of its own: QEMU in a container, which is on the network in the machine's place. */
export interface QemuMachine {
  /** Of the container. */
  readonly name: string;
  /** The image with QEMU. */
  readonly image: string;
  /** The script that makes its disk, a file beside this one, and what it has in its environment. */
  readonly disk: { readonly script: string; readonly env: Readonly<Record<string, string>> };
  /** Options by which the container has what that script reads. */
  readonly given: readonly string[];
  readonly network: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  /** @default 1 */
  readonly cpus?: number;
  /** Whether its first interface is behind a NAT of its own, as on a Vagrant box. @default false */
  readonly nat?: boolean;
}

/** The command that starts it. */
export function qemuMachine(machine: QemuMachine): Argv {
  const { name, image, disk, given, network, address, labels, memoryMiB, cpus = 1, nat = false } = machine;
  const env = {
    ...disk.env,
    ADDRESS: address,
    MAC: macOf(address),
    MEMORY_MIB: String(memoryMiB),
    CPUS: String(cpus),
    NAT: nat ? "yes" : "",
  };
  const script = ["set -eu", read(disk.script), read("qemu-run.sh")].join("\n");
  return [
    ...["podman", "--runtime", "runc", "run", "--detach", "--name", name, "--privileged", "--systemd=false"],
    ...[...limits, "--dns=none", "--network", `${network}:ip=${address},interface_name=lan`],
    ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...[...given, "--volume", "/disk", image, "sh", "-euc", script],
  ];
}

/** What a machine runs on: `kvm`, or `tcg` where its processors are emulated. */
export async function acceleratorOf(name: string): Promise<string> {
  const { stdout } = await execa("podman", ["logs", name]);
  return /^machine: -accel (\w+)/m.exec(stdout)?.[1] ?? "unknown";
}

/** How long a machine may take until ssh answers, in seconds: its disk is made, and a busy computer boots it by emulation. */
const bootSeconds = 600;

/** Waits until something of a machine is so; what can't be asked is not so yet. @throws Error with the end of its console */
export async function untilMachine(name: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + bootSeconds * 1000;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) {
      const { all } = await execa("podman", ["logs", "--tail", "40", name], { all: true, reject: false });
      throw new Error(`${name} is not up after ${bootSeconds} s; its console: ${all}`);
    }
    await sleep(2000);
  }
}

/** One that no other address of a LAN has. */
function macOf(address: string): string {
  const parts = address.split(".").slice(1);
  return `52:54:00${parts.map((part) => `:${Number(part).toString(16).padStart(2, "0")}`).join("")}`;
}
