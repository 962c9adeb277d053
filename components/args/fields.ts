import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../lib/user-error";

/** What one field of a component's arguments may hold. A program in JavaScript has no types that would say so. */
export type Field = Leaf | List | Group | Kinds | Made | Anything;

/** A text, a number, or true or false; or an Output of one. */
interface Leaf extends Demand {
  readonly is: "string" | "number" | "boolean";
  /** The values that there are. @default any */
  readonly of?: readonly string[];
  /** It decides which resources there are, or what they are called: no Output can be one. */
  readonly plain?: true;
  /** It goes on as it is, and nothing else depends on it: an Output of it is not waited for. */
  readonly passed?: true;
}

interface List extends Demand {
  readonly is: "list";
  readonly item: Field;
}

/** An object with these fields. Others are not looked at: a program may hand on an object that knows more. */
interface Group extends Demand {
  readonly is: "group";
  readonly fields: FieldMap;
  /** Whether an Output of the whole object does too. */
  readonly whole?: true;
}

/** One of several shapes, told apart by the text in the field `by`. */
interface Kinds extends Demand {
  readonly is: "kinds";
  readonly by: string;
  readonly kinds: Readonly<Record<string, FieldMap>>;
  /** Whether a rule of the component's own says what is wrong with any other. */
  readonly ruled?: true;
}

/** Something that the program has made, as a resource or a shell: known by its members. */
interface Made extends Demand {
  readonly is: "made";
  readonly what: string;
  readonly members: readonly string[];
}

/** What is not looked into: secrets, and what goes to Kubernetes as it is. */
interface Anything extends Demand {
  readonly is: "anything";
}

interface Demand {
  readonly required?: true;
}

export type FieldMap = Readonly<Record<string, Field>>;

/** A field for each argument, so that none is forgotten. */
export type FieldsOf<Args> = { readonly [Key in keyof Required<Args>]: Field };

export const text = { is: "string" } as const;
export const number = { is: "number" } as const;
export const flag = { is: "boolean" } as const;
export const anything = { is: "anything" } as const;
export const made = (what: string, ...members: readonly string[]) => ({ is: "made", what, members }) as const;
export const oneOf = (...of: readonly string[]) => ({ is: "string", of }) as const;
export const list = (item: Field) => ({ is: "list", item }) as const;
export const group = <Fields extends FieldMap>(fields: Fields) => ({ is: "group", fields }) as const;
export const kinds = (by: string, of: Kinds["kinds"]) => ({ is: "kinds", by, kinds: of }) as const;
export const ruled = (of: Kinds) => ({ ...of, ruled: true }) as const;
export const whole = (of: Group) => ({ ...of, whole: true }) as const;
export const required = <Of extends Field>(field: Of) => ({ ...field, required: true }) as const;
export const plain = <Of extends Leaf>(field: Of) => ({ ...field, plain: true }) as const;
export const passed = <Of extends Leaf>(field: Of) => ({ ...field, passed: true }) as const;

/**
 * What is wrong with the shape of a component's arguments, all at once.
 *
 * @param ofData whether these are the data of arguments only, as `dataOf` gives them
 */
export function shapeProblems(args: unknown, fields: FieldMap, ofData = false): Problem[] {
  return isGroup(args)
    ? inGroup("", args, ofData ? dataFields(fields) : fields)
    : [wrongShape("args", args, "an object")];
}

/**
 * What of the arguments is data, and decides something: without resources, shells and secrets, and without what is only
 * passed on.
 */
export function dataOf(args: unknown, fields: FieldMap): Readonly<Record<string, unknown>> {
  return isGroup(args)
    ? Object.fromEntries(
        Object.entries(fields).flatMap(([key, field]) => {
          const data = dataAt(args[key], field);
          return data === undefined ? [] : [[key, data]];
        }),
      )
    : {};
}

/** Whether there is an Output, or a promise, anywhere in data. */
export function holdsLater(value: unknown): boolean {
  return isLater(value) || (typeof value === "object" && value !== null && Object.values(value).some(holdsLater));
}

function dataAt(value: unknown, field: Field): unknown {
  if (!isData(field) || ("passed" in field && isLater(value))) {
    return undefined;
  }
  switch (field.is) {
    case "list":
      return Array.isArray(value) ? value.map((item) => dataAt(item, field.item)) : value;
    case "group":
      return isGroup(value) ? dataOf(value, field.fields) : value;
    case "kinds":
      return isGroup(value) ? dataOf(value, fieldsOf(value, field) ?? {}) : value;
    default:
      return value;
  }
}

/** Those of the fields that data always has: what is only passed on is not among them where it is an Output. */
function dataFields(fields: FieldMap): FieldMap {
  const kept = Object.entries(fields).filter(([, field]) => isData(field) && !("passed" in field));
  return Object.fromEntries(kept.map(([key, field]) => [key, dataField(field)]));
}

function dataField(field: Field): Field {
  switch (field.is) {
    case "list":
      return { ...field, item: dataField(field.item) };
    case "group":
      return { ...field, fields: dataFields(field.fields) };
    case "kinds": {
      const kinds = Object.entries(field.kinds).map(([kind, fields]) => [kind, dataFields(fields)]);
      return { ...field, kinds: Object.fromEntries(kinds) };
    }
    default:
      return field;
  }
}

function isData(field: Field): boolean {
  return field.is === "list" ? isData(field.item) : field.is !== "anything" && field.is !== "made";
}

function inGroup(path: string, value: Readonly<Record<string, unknown>>, fields: FieldMap): Problem[] {
  return Object.entries(fields).flatMap(([key, field]) =>
    problemsAt(path === "" ? key : `${path}.${key}`, value[key], field),
  );
}

function problemsAt(path: string, value: unknown, field: Field): Problem[] {
  if (value === undefined) {
    return field.required === true ? [{ field: path, rule: `must be given: ${nameOf(field)}` }] : [];
  }
  if (field.is === "anything") {
    return [];
  }
  if (isLater(value)) {
    return takesLater(field) ? [] : [laterProblem(path)];
  }
  switch (field.is) {
    case "list":
      return Array.isArray(value)
        ? value.flatMap((item, i) => problemsAt(`${path}[${i}]`, item ?? null, field.item))
        : [wrongShape(path, value, nameOf(field))];
    case "group":
      return isGroup(value) ? inGroup(path, value, field.fields) : [wrongShape(path, value, nameOf(field))];
    case "kinds":
      return isGroup(value) ? inKinds(path, value, field) : [wrongShape(path, value, nameOf(field))];
    case "made":
      return isGroup(value) && field.members.every((member) => value[member] !== undefined)
        ? []
        : [{ field: path, rule: `must be ${field.what}` }];
    default:
      return leafProblems(path, value, field);
  }
}

function leafProblems(field: string, value: unknown, leaf: Leaf): Problem[] {
  if (typeof value !== leaf.is) {
    return [wrongShape(field, value, nameOf(leaf))];
  }
  const allowed = leaf.of?.includes(String(value)) ?? true;
  return allowed ? [] : [{ field, value: String(value), rule: `must be ${nameOf(leaf)}` }];
}

function inKinds(path: string, value: Readonly<Record<string, unknown>>, field: Kinds): Problem[] {
  const at = `${path}.${field.by}`;
  const kind = value[field.by];
  if (isLater(kind)) {
    return [laterProblem(at)];
  }
  const fields = fieldsOf(value, field);
  if (fields === undefined && field.ruled === true && ["string", "undefined"].includes(typeof kind)) {
    return [];
  }
  return fields === undefined
    ? problemsAt(at, kind, required(oneOf(...Object.keys(field.kinds))))
    : inGroup(path, value, fields);
}

/** The fields of the shape that an object says it has. */
function fieldsOf(value: Readonly<Record<string, unknown>>, { by, kinds: of }: Kinds): FieldMap | undefined {
  const kind = value[by];
  const fields = typeof kind === "string" && Object.hasOwn(of, kind) ? of[kind] : undefined;
  return fields && { [by]: plain(text), ...fields };
}

/** A list of leaves may come as a whole; of what holds more, each leaf comes by itself. */
function takesLater(field: Field): boolean {
  switch (field.is) {
    case "list":
      return takesLater(field.item);
    case "group":
      return field.whole === true;
    case "kinds":
    case "made":
      return false;
    case "anything":
      return true;
    default:
      return field.plain !== true;
  }
}

function laterProblem(field: string): Problem {
  return {
    field,
    rule: "must be a plain value, and is an Output: it decides which resources there are, or what they are called",
    fix: "give what the program knows as it starts, as a value of its config; instead of an Output of an object, give an object of Outputs",
  };
}

function wrongShape(field: string, value: unknown, wanted: string): Problem {
  const found = value === null ? "null" : Array.isArray(value) ? "a list" : `${typeof value}`;
  const shown = ["string", "number", "boolean"].includes(found) ? String(value) : undefined;
  return { field, value: shown, rule: `must be ${wanted}, and is ${articleOf(found)}` };
}

function articleOf(found: string): string {
  return found === "null" || found.includes(" ") ? found : `${found === "object" ? "an" : "a"} ${found}`;
}

function nameOf(field: Field): string {
  switch (field.is) {
    case "string":
      return field.of === undefined ? "a string" : `one of: ${field.of.join(", ")}`;
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "list":
      return "a list";
    case "made":
      return field.what;
    default:
      return "an object";
  }
}

/** Whether a value may be known only later. */
function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLater(value);
}
