import { quote } from "../../lib/shell";
import type { Problem } from "../../lib/user-error";
import type { ContainerEngine } from "./engine/engine";
import { engines } from "./engine/engines";
import { stackLabel } from "./engine-labels";

/** Which engine a stack that leaves it open is made on. */
export interface EngineChoice {
  readonly engine: ContainerEngine;
  /** Why it is not the first one; undefined where it is. */
  readonly why?: string;
}

/** The command line that prints what `readChoice` reads: of each engine that answers, its name and what it has of the stack. Changes nothing. */
export function choiceLine(stack?: string, all: readonly ContainerEngine[] = engines): string {
  const ask = (engine: ContainerEngine) => {
    const its = stack === undefined ? engine.info() : engine.names("container", `${stackLabel}=${stack}`);
    const said = stack === undefined ? "" : " $its";
    return `if its=$(${quote(its)} 2>/dev/null); then echo ${quote([engine.name])}${said}; fi`;
  };
  return all.map(ask).join("\n");
}

/**
 * The engine that has containers of the stack, or else the first that answers, or else the first.
 *
 * @returns a problem where several have containers of the stack: nobody can tell which of them are meant
 */
export function readChoice(
  printed: string,
  stack = "",
  all: readonly ContainerEngine[] = engines,
): EngineChoice | Problem {
  const lines = printed.split("\n").map((line) => line.trim().split(/\s+/));
  const answers = all.flatMap((engine) => {
    const line = lines.find(([name]) => name === engine.name);
    return line === undefined ? [] : [{ engine, its: line.slice(1) }];
  });
  const holders = answers.filter(({ its }) => its.length > 0);
  if (holders.length > 1) {
    return {
      field: "engine",
      value: "auto",
      rule: `can't be told: ${holders.map(({ engine, its }) => `${engine.name} has ${its.join(", ")}`).join("; ")}`,
      fix: `name the one that is meant, ./lab up ${stack} --set engine=NAME; remove the others' with NAME rm --force`,
    };
  }
  const [first] = all;
  const engine = holders[0]?.engine ?? answers[0]?.engine ?? first;
  if (engine === undefined) {
    throw new RangeError("there is no engine to choose from");
  }
  if (engine === first) {
    return { engine };
  }
  return { engine, why: holders.length > 0 ? `it has ${stack}'s containers` : `${first?.name} does not answer here` };
}
