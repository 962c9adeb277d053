import { expect, test } from "vitest";
import { wasInterrupted } from "../../driver/stack/event-log";

const said = (message: string) => ({ diagnosticEvent: { message, severity: "error" } });
const log = (...events: readonly object[]) => events.map((event, sequence) => JSON.stringify({ sequence, ...event }));

test("an engine that its user ended says something itself, in whatever words", () => {
  const events = log({ preludeEvent: {} }, { stdoutEvent: { message: "anything", color: "" } }, said("failed"));
  expect(wasInterrupted(events.join("\n"))).toBe(true);
});

test("what a resource says is nobody's Ctrl-C", () => {
  const events = log({ preludeEvent: {} }, said("exit status 1: ^C received; cancelling"), { cancelEvent: {} });
  expect(wasInterrupted(`${events.join("\n")}\n`)).toBe(false);
});

test("a log that is cut off, or empty, tells nothing more", () => {
  expect(wasInterrupted(`${log(said("no"))[0]}\n{"sequence":1,"stdoutEv`)).toBe(false);
  expect(wasInterrupted("")).toBe(false);
});
