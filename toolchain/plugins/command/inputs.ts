import { describeProblem } from "../../../lib/user-error";
import {
  type CheckFailure,
  isList,
  isTree,
  notSupportedBy,
  Secret,
  type Tree,
  Unknown,
  type Value,
  wayToOfficial,
} from "../host";

/** What an input may hold. `anything` is left as it is. */
export type Kind =
  | "string"
  | "boolean"
  | "number"
  | "strings"
  | "string map"
  | "list of anything"
  | { readonly oneOf: readonly string[] }
  | { readonly object: Shape };

/** One input: its kind, and whether it may be left out. */
export interface Field {
  readonly kind: Kind;
  /** @default false */
  readonly required?: boolean;
  /** Exists in the official plugin, but not here: refused with this reason. */
  readonly refused?: string;
  /** Filled in when the input is left out. */
  readonly default?: Value;
}

/** The inputs of a resource, function or nested object. */
export type Shape = Readonly<Record<string, Field>>;

const TRIGGERED: Shape = {
  create: { kind: "string" },
  update: { kind: "string" },
  delete: { kind: "string" },
  triggers: { kind: "list of anything" },
};

const RUN: Shape = {
  stdin: { kind: "string" },
  logging: { kind: { oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] } },
  environment: { kind: "string map" },
  addPreviousOutputInEnv: { kind: "boolean" },
};

const NO_ASSETS = `assets are ${notSupportedBy("command")}; print what you need on stdout, ${wayToOfficial}`;

const LOCAL: Shape = {
  ...RUN,
  interpreter: { kind: "strings" },
  dir: { kind: "string" },
  assetPaths: { kind: "strings", refused: NO_ASSETS },
  archivePaths: { kind: "strings", refused: NO_ASSETS },
};

const HOP: Shape = {
  host: { kind: "string", required: true },
  port: { kind: "number", default: 22 },
  user: { kind: "string", default: "root" },
  password: { kind: "string" },
  privateKey: { kind: "string" },
  privateKeyPassword: { kind: "string" },
  agentSocketPath: { kind: "string" },
  dialErrorLimit: { kind: "number", default: 10 },
  perDialTimeout: { kind: "number", default: 15 },
  hostKey: { kind: "string" },
};

/** Inputs of `command:local:Command`. */
export const LOCAL_COMMAND: Shape = { ...TRIGGERED, ...LOCAL };
/** Arguments of `command:local:run`. */
export const LOCAL_RUN: Shape = { command: { kind: "string", required: true }, ...LOCAL };
/** Inputs of `command:remote:Command`. */
export const REMOTE_COMMAND: Shape = {
  ...TRIGGERED,
  ...RUN,
  connection: { kind: { object: { ...HOP, proxy: { kind: { object: HOP } } } }, required: true },
};

/** The inputs with defaults, and all that is wrong with them. Unknown values are right; the engine's own keys are dropped. */
export function checkInputs(inputs: Tree, shape: Shape, path = ""): { inputs: Tree; failures: CheckFailure[] } {
  const failures: CheckFailure[] = [];
  const checked: Record<string, Value> = {};
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);

  for (const [key, value] of Object.entries(inputs)) {
    if (value === undefined || value === null || key === "version" || key.startsWith("__")) continue;
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (field === undefined || field.refused !== undefined) {
      const rule = field?.refused ?? `no such property; there are ${Object.keys(shape).filter(isSupported).join(", ")}`;
      failures.push({ property: at(key), reason: describeProblem({ field: at(key), rule }) });
    } else checked[key] = checkValue(value, field.kind, at(key), failures);
  }
  for (const [key, field] of Object.entries(shape)) {
    if (Object.hasOwn(checked, key) || failures.some(({ property }) => property === at(key))) continue;
    if (field.default !== undefined) checked[key] = field.default;
    else if (field.required) failures.push({ property: at(key), reason: `${at(key)}: missing; it is required` });
  }
  return { inputs: checked, failures };

  function isSupported(key: string): boolean {
    return shape[key]?.refused === undefined;
  }
}

function checkValue(value: Value, kind: Kind, path: string, failures: CheckFailure[]): Value {
  if (value instanceof Unknown) return value;
  if (value instanceof Secret) {
    const inside: CheckFailure[] = [];
    const checked = new Secret(checkValue(value.value, kind, path, inside));
    // What stands there is nobody's business, the rule is.
    for (const { property, reason } of inside) {
      failures.push({ property, reason: reason.replace(/ is (?:".*"|[^"]*?): /s, ": ") });
    }
    return checked;
  }
  if (typeof kind === "object" && "object" in kind && isTree(value)) {
    const nested = checkInputs(value, kind.object, path);
    failures.push(...nested.failures);
    return nested.inputs;
  }
  const rule = brokenRule(value, kind);
  if (rule !== undefined) {
    failures.push({ property: path, reason: describeProblem({ field: path, value: show(value), rule }) });
  }
  return value;
}

function brokenRule(value: Value, kind: Kind): string | undefined {
  const text = (item: Value | undefined): boolean => typeof plain(item) === "string" || plain(item) instanceof Unknown;
  switch (kind) {
    case "string":
    case "boolean":
    case "number":
      return typeof value === kind ? undefined : `must be a ${kind}`;
    case "strings":
      return isList(value) && value.every(text) ? undefined : "must be a list of strings";
    case "string map":
      return isTree(value) && Object.values(value).every(text)
        ? undefined
        : "must be an object whose values are strings";
    case "list of anything":
      return isList(value) ? undefined : "must be a list";
    default:
      if ("object" in kind) return "must be an object";
      return typeof value === "string" && kind.oneOf.includes(value)
        ? undefined
        : `must be one of ${kind.oneOf.join(", ")}`;
  }
}

function plain(value: Value | undefined): Value | undefined {
  return value instanceof Secret ? plain(value.value) : value;
}

/** A short text for an error; never what is secret. */
function show(value: Value): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value, (_, part) => (part instanceof Secret ? "[secret]" : part)).slice(0, 80);
}
