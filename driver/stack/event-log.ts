import { z } from "zod";

/**
 * Whether the user ended the engine whose event log this is. The engine itself says something on standard output only
 * then: what it says is for people, and that there is such an event tells it.
 *
 * @param log an event a line, as JSON; the last one may be cut off
 */
export function wasInterrupted(log: string): boolean {
  return log.split("\n").some((line) => "stdoutEvent" in (parseObject(line) ?? {}));
}

/**
 * Whether the engine whose event log this is began to change a resource. A program that refuses to go on before that
 * leaves everything as it was.
 *
 * @param log an event a line, as JSON; the last one may be cut off
 */
export function beganToChange(log: string): boolean {
  return log.split("\n").some((line) => {
    const { data } = step.safeParse(parseObject(line));
    return data !== undefined && changes(data.resourcePreEvent.metadata);
  });
}

/** A component is a record of the engine's, and nothing in the world. */
function changes({ op, new: made, old }: z.infer<typeof metadata>): boolean {
  const { custom } = made ?? old ?? { custom: true };
  return !idle.includes(op) && custom;
}

const state = z.object({ custom: z.boolean().default(false) }).nullish();
const metadata = z.object({ op: z.string(), new: state, old: state });
const step = z.object({ resourcePreEvent: z.object({ metadata }) });

/** What the engine does with resources that it leaves alone. */
const idle: readonly string[] = ["same", "read", "refresh"];

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
