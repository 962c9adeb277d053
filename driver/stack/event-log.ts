/**
 * Whether the user ended the engine whose event log this is. The engine itself says something on standard output only
 * then: what it says is for people, and that there is such an event tells it.
 *
 * @param log an event a line, as JSON; the last one may be cut off
 */
export function wasInterrupted(log: string): boolean {
  return log.split("\n").some((line) => "stdoutEvent" in (parseObject(line) ?? {}));
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
