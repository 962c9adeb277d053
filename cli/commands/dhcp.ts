import { allPods, duplicatesOf, leaseRows, readLeasedPods, readLeases } from "../../checks/readers/leases";
import type { ContainerEngine } from "../../components/cluster/engine/engine";
import { leaseFile } from "../../components/networks/names";
import { runForeground } from "../../driver/run/spawn";
import { engineOfStack } from "../../driver/stack/container-engine";
import { dhcpServer } from "../../driver/stack/containers";
import { Stack } from "../../driver/stack/stack";
import { valuesInForce } from "../../driver/values/settings";
import { labOf, requireStack } from "../../driver/which-stack";
import { CommandFailed } from "../../lib/command-failed";
import { refusal } from "../../lib/suggest";
import { table } from "../../lib/terminal/table";
import { UserError } from "../../lib/user-error";
import { requireToolchain } from "../toolchain";

const views = ["leases", "log"] as const;

/** `./lab dhcp`: what the stack's DHCP server has given out, to whom, or its log. */
export async function dhcp(view: string, { stack: name }: { readonly stack?: string }): Promise<number> {
  if (!views.some((each) => each === view)) {
    throw new UserError([refusal("WHAT", view, views)]);
  }
  const stack = await requireStack(name);
  const server = await dhcpServer(stack);
  if (server === undefined) {
    const rule = "has no DHCP server";
    throw new UserError([
      { field: "STACK", value: stack, rule, fix: "see ./lab list for labs with a network by DHCP" },
    ]);
  }
  return view === "log"
    ? serverLog(await engineOfStack(stack), server.container)
    : leases(new Stack(stack, requireToolchain()));
}

/** The log of the server's container; dnsmasq writes it to standard error. */
export function serverLog(engine: ContainerEngine, container: string): Promise<number> {
  const log = engine.logs(container, ["--tail", "400"]);
  return runForeground(["sh", "-c", 'exec "$@" 2>&1', "sh", ...log], { onSignal: "pass" });
}

async function leases(stack: Stack): Promise<number> {
  const access = await stack.access();
  const [file, pods] = await Promise.all([
    access.dhcpServer?.(["cat", leaseFile], { timeoutMs: 10_000 }),
    access.kubectl([...allPods, "--request-timeout=8s"], { timeoutMs: 10_000 }),
  ]);
  if (file === undefined || file.exitCode !== 0) {
    throw new CommandFailed(`the DHCP server's leases can't be read: ${file?.stderr.trim() ?? "it is gone"}`);
  }
  const now = Date.now();
  const lab = await labOf(stack.name);
  const leaseSeconds = Number(valuesInForce(lab?.values ?? {}, stack.config().values()).dhcpLease);
  const view = { leases: readLeases(file.stdout, now), ...readLeasedPods(pods.stdout), leaseSeconds, now };
  const rows = leaseRows(view).map(({ address, mac, secondsLeft, pod, node, state }) => [
    address,
    mac,
    secondsLeft === undefined ? "-" : `${secondsLeft} s`,
    pod ?? "-",
    node ?? "-",
    pods.exitCode === 0 ? state : "?",
  ]);
  console.log(
    rows.length === 0 ? "No address is leased." : table(["address", "MAC", "left", "pod", "node", "state"], rows),
  );
  const duplicates = duplicatesOf(view.pods);
  if (duplicates !== "") console.log(`Of two pods: ${duplicates}`);
  if (pods.exitCode !== 0) console.error("The API server does not answer: the pods are unknown.");
  return 0;
}
