import type { ContainerEngine, EngineInfo } from "../../components/cluster/engine/engine";
import { capture } from "../../driver/run/capture";
import { parseJson } from "../../lib/json";
import type { Problem } from "../../lib/user-error";

/** How long an engine may take to say what it is: one on another machine is asked over its network. */
const answerMs = 20_000;

/** What an engine says of itself, or that it does not work. */
export async function infoOf(engine: ContainerEngine): Promise<EngineInfo | Problem> {
  const { name } = engine;
  const { exitCode, stdout, stderr } = await capture(engine.info(), { timeoutMs: answerMs });
  const info = exitCode === 0 ? parseJson(stdout) : undefined;
  return info === undefined
    ? { field: "engine", value: name, rule: `must work, and says: ${stderr.trim()}`, fix: `see ${name} info` }
    : engine.readInfo(info);
}

/** What keeps an engine that works from having nodes. */
export function engineProblems({ name, oldest }: ContainerEngine, { version, rootless }: EngineInfo): Problem[] {
  const isOld = version.localeCompare(oldest, "en", { numeric: true }) < 0;
  return [
    ...(isOld
      ? [
          {
            field: "engine",
            value: `${name} ${version}`,
            rule: `must be ${oldest} or newer`,
            fix: `install a newer one, or use another engine: --set engine=NAME`,
          },
        ]
      : []),
    ...(rootless
      ? [
          {
            field: "engine",
            value: name,
            rule: "is rootless, and nodes need devices, cgroups and values of the kernel that only root has",
            fix: `use ${name} as root`,
          },
        ]
      : []),
  ];
}
