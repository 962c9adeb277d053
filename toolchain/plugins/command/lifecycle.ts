import { randomBytes } from "node:crypto";
import {
  type Call,
  compare,
  containsUnknown,
  Failures,
  type FunctionHandler,
  isTree,
  own,
  type ResourceHandler,
  reveal,
  Secret,
  type Tree,
  topLevel,
  UNKNOWN,
} from "../host";
import { Capture, type Logging, type Streams } from "./capture";
import { checkInputs, type Shape } from "./inputs";
import { redactor } from "./redact";
import type { Runner } from "./runner";

/** What tells one kind of command resource from another. */
export interface CommandKind {
  readonly shape: Shape;
  readonly run: Runner;
  /** Inputs that are secret whatever the program says. @default none */
  readonly alwaysSecret?: readonly string[];
}

/** A resource whose life is three commands; as pulumi-command 1.2.1 has it. */
export function commandResource({ shape, run, alwaysSecret = [] }: CommandKind): ResourceHandler {
  return {
    async check({ news }) {
      const { inputs, failures } = checkInputs(news, shape);
      if (failures.length > 0) return new Failures(failures);
      const secret = (key: string) => alwaysSecret.includes(key) && !(inputs[key] instanceof Secret);
      const marked = Object.entries(inputs).map(([key, value]) => [
        key,
        secret(key) ? new Secret(value ?? null) : value,
      ]);
      return { inputs: Object.fromEntries(marked) };
    },

    async diff({ oldInputs, news }) {
      const changes = compare(oldInputs, news, { secrecy: true });
      return { changes, replaces: new Set([...changes.keys()].filter((path) => topLevel(path) === "triggers")) };
    },

    async create({ inputs, name, preview, timeoutSeconds }, call) {
      if (preview) return { id: "", outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
      const outputs = await runStep(run, "create", inputs, { stdout: "", stderr: "" }, timeoutSeconds, call);
      return { id: name + randomBytes(4).toString("hex"), outputs: { ...inputs, ...outputs } };
    },

    // A command leaves nothing that could be looked at: what was recorded is what there is.
    async read({ id, state, inputs }) {
      return { id, outputs: state, inputs };
    },

    async update({ state, news, preview, timeoutSeconds }, call) {
      if (preview) return { ...news, stdout: UNKNOWN, stderr: UNKNOWN };
      const step = own(news, "update") === undefined ? "create" : "update";
      const before = { stdout: own(state, "stdout"), stderr: own(state, "stderr") };
      return { ...news, ...(await runStep(run, step, news, before, timeoutSeconds, call)) };
    },

    async delete({ state, timeoutSeconds }, call) {
      await runStep(run, "delete", state, state, timeoutSeconds, call);
    },
  };
}

/** A command that runs whenever the program does, in previews too. */
export function commandFunction({ shape, run }: CommandKind): FunctionHandler {
  return async ({ args }, call) => {
    const { inputs, failures } = checkInputs(args, shape);
    if (failures.length > 0) return new Failures(failures);
    if (containsUnknown(inputs)) return { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN };
    return { ...inputs, ...(await runStep(run, "command", inputs, {}, undefined, call)) };
  };
}

/** Runs the command that stands in the named property; without one nothing runs and the output stays what it was. */
async function runStep(
  run: Runner,
  step: string,
  properties: Tree,
  before: Tree,
  timeoutSeconds: number | undefined,
  call: Call,
): Promise<Tree> {
  const plain = reveal(properties);
  const command = own(plain, step);
  if (typeof command !== "string") return before;

  call.signal.throwIfAborted();
  const redact = redactor([properties, before]);
  const previous = plain.addPreviousOutputInEnv === false ? {} : previousOutput(reveal(before));
  const capture = new Capture(call.log, (plain.logging ?? "stdoutAndStderr") as Logging, redact);
  try {
    const streams: Streams = await run({
      command,
      properties: plain,
      environment: { ...strings(own(plain, "environment")), ...previous },
      optionalEnvironment: new Set(Object.keys(previous)),
      stdin: typeof plain.stdin === "string" ? plain.stdin : "",
      timeoutSeconds,
      capture,
      redact,
      call,
    });
    return { ...streams };
  } finally {
    // So that its lines stand before its end in the display.
    await call.log.flush();
  }
}

function previousOutput({ stdout, stderr }: Tree): Record<string, string> {
  return {
    ...(typeof stdout === "string" && stdout !== "" ? { PULUMI_COMMAND_STDOUT: stdout } : {}),
    ...(typeof stderr === "string" && stderr !== "" ? { PULUMI_COMMAND_STDERR: stderr } : {}),
  };
}

function strings(value: Tree[string]): Record<string, string> {
  return isTree(value) ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)])) : {};
}
