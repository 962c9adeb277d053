import { defaultLan } from "../../components/lib/lan";
import { type Problem, UserError } from "../../components/lib/user-error";
import type { Lab } from "../../labs/lab";
import type { LabConfig } from "../../stacks/schema";
import { missing } from "../../toolchain";
import { read } from "../run/capture";
import { nodeContainers } from "../stack/containers";
import { lanProblems, usedNetworks } from "./networks";
import { availableMiB, diskProblems, memoryProblems } from "./resources";

/** Everything that would keep a stack from coming up, told at once and before anything is created. */
export async function preflight(lab: Lab, config: LabConfig): Promise<void> {
  const machine = (await missing()).map(
    ({ what, mend }): Problem => ({ field: "this machine", rule: `lacks ${what}`, mend }),
  );
  // Without a container engine nothing else can be asked.
  const stack = machine.length > 0 ? [] : await stackProblems(lab, config);
  const problems = [...machine, ...stack];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
}

async function stackProblems(lab: Lab, config: LabConfig): Promise<Problem[]> {
  const lan = config.lanCidr ?? defaultLan(lab.id);
  const isUp = (await nodeContainers(lab.id)).some(({ running }) => running);
  const available = isUp ? undefined : availableMiB();
  return [
    ...lanProblems(lan, lab.id, await usedNetworks(lab.id)),
    ...diskProblems(await engineFolder()),
    ...(available === undefined ? [] : memoryProblems(lab, config.nodes, available)),
  ];
}

async function engineFolder(): Promise<string> {
  return (await read(["podman", "info", "--format", "{{.Store.GraphRoot}}"])).trim();
}
