import { isList, isTree, own, type Tree, type Value } from "../host";
import { isSecretObject } from "./secrets";

/**
 * The recorded object in the spelling of the declared one. The official plugin records what it makes of the inputs:
 * the contents of a Secret as data, and each quantity in its shortest form. That is no change.
 */
export function spelledLike(recorded: Tree, declared: Tree): Tree {
  const object = isSecretObject(declared) ? withStringData(recorded, declared) : recorded;
  return respelled(object, declared, false) as Tree;
}

/** Contents that are declared as text stand there as text. */
function withStringData(recorded: Tree, { stringData }: Tree): Tree {
  const { data, stringData: before } = recorded;
  if (!isTree(stringData) || !isTree(data)) return recorded;
  const isText = ([key, value]: [string, Value | undefined]): boolean =>
    typeof value === "string" && own(stringData, key) !== undefined;
  const texts = Object.entries(data).filter(isText);
  if (texts.length === 0) return recorded;
  const left = Object.entries(data).filter((entry) => !isText(entry));
  const decoded = texts.map(([key, value]) => [key, Buffer.from(String(value), "base64").toString()]);
  return {
    ...recorded,
    data: left.length > 0 ? Object.fromEntries(left) : undefined,
    stringData: { ...Object.fromEntries(decoded), ...(isTree(before) ? before : {}) },
  };
}

/** The fields whose values, or the values in which, are quantities. */
const ofQuantities = new Set([
  "limits",
  "requests",
  "capacity",
  "hard",
  "overhead",
  "podFixed",
  "sizeLimit",
  "divisor",
]);
const ofRanges = ["default", "defaultRequest", "max", "min", "maxLimitRequestRatio"];
for (const name of ofRanges) ofQuantities.add(name);

function respelled(recorded: Value | undefined, declared: Value | undefined, isQuantity: boolean): Value | undefined {
  if (isTree(recorded) && isTree(declared)) {
    const entries = Object.entries(recorded).map(([key, value]): [string, Value | undefined] => [
      key,
      respelled(value, own(declared, key), isQuantity || ofQuantities.has(key)),
    ]);
    return Object.fromEntries(entries);
  }
  if (isList(recorded) && isList(declared)) {
    return recorded.map((item, index) => respelled(item, declared[index], isQuantity) ?? null);
  }
  if (isQuantity && recorded !== declared && amount(recorded) !== undefined && amount(recorded) === amount(declared)) {
    return declared;
  }
  return recorded;
}

const suffixes: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** How much a quantity is; undefined for what is none. */
function amount(value: Value | undefined): number | undefined {
  const [, number, suffix = ""] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(String(value)) ?? [];
  const factor = suffixes[suffix];
  if (number === undefined || factor === undefined || !["string", "number"].includes(typeof value)) return undefined;
  return Number((Number(number) * factor).toPrecision(15));
}
