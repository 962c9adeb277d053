import { expect, test } from "vitest";
import { beganToChange, wasInterrupted } from "../../driver/stack/event-log";

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

const step = (op: string, state: object = {}) => ({ resourcePreEvent: { metadata: { op, urn: "urn", ...state } } });

test.each<[string, readonly object[], boolean]>([
  ["nothing but words", [said("refused")], false],
  ["resources that stay", [step("same"), step("read"), said("refused")], false],
  ["a resource that is made, whether or not that succeeds", [step("same"), step("create")], true],
  ["one that goes", [step("delete", { old: { custom: true } })], true],
  ["a component's record", [step("update", { new: { type: "a:b:C" }, old: { type: "a:b:C" } })], false],
  ["one that takes another's place", [step("create-replacement")], true],
])("an engine has begun to change something: %s", (_, events, began) => {
  expect(beganToChange(log(...events).join("\n"))).toBe(began);
  expect(beganToChange(`${log(...events).join("\n")}\n{"sequence":9,"resou`)).toBe(began);
});
