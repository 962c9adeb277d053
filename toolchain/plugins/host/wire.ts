import { ListValue, NullValue, Struct, Value as WireValue } from "google-protobuf/google/protobuf/struct_pb";
import { notSupportedBy, wayToOfficial } from "./refusal";
import { isList, Secret, type Tree, UNKNOWN, Unknown, type Value } from "./value";

/** Key of an object that is more than an object, and what it can hold; fixed by the engine (sdk/go/common/resource/sig). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const REFUSED: Readonly<Record<string, string>> = {
  c44067f5952c0a294b673a41bacd8c17: "an asset",
  "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
  "5cf8f73096256a8f31e491e813e4eb8e": "a resource reference",
  d0e6a833031e9bbcd3f4e8bde6ca49a4: "an output value",
};

/** Texts that stand for an unknown string, boolean, number, list, asset, archive and object (sdk/go/common/resource/plugin). */
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS: ReadonlySet<string> = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/**
 * Reads the engine's object. An absent one is empty.
 *
 * @throws Error in the plugin's name for an asset and its like, with the path where it stands
 */
export function decode(struct: Struct | undefined, plugin: string): Tree {
  const refuse = (what: string, mend: string): never => {
    throw new Error(`${what} is ${notSupportedBy(plugin)}; ${mend}, ${wayToOfficial}`);
  };
  const value = struct === undefined ? {} : decodeFields(struct, "", refuse);
  return value instanceof Secret ? refuse("an object that is secret as a whole", "make its properties secret") : value;
}

type Refuse = (what: string, mend: string) => never;

/** Writes a tree as the engine reads it. Keys that hold `undefined` are left out. */
export function encode(tree: Tree): Struct {
  const struct = new Struct();
  const fields = struct.getFieldsMap();
  for (const [key, value] of Object.entries(tree)) {
    if (value !== undefined) fields.set(key, encodeValue(value));
  }
  return struct;
}

function decodeFields(struct: Struct, path: string, refuse: Refuse): Tree | Secret {
  const fields = struct.getFieldsMap();
  const signature = fields.get(SIGNATURE_KEY)?.getStringValue();
  if (signature === SECRET) return new Secret(decodeValue(fields.get("value"), path, refuse));
  if (signature !== undefined) {
    const what = REFUSED[signature] ?? `a value with signature ${signature}`;
    return refuse(`${path}: ${what}`, "give plain values");
  }
  const entries: [string, Value][] = [];
  fields.forEach((value, key) => {
    entries.push([key, decodeValue(value, path === "" ? key : `${path}.${key}`, refuse)]);
  });
  return Object.fromEntries(entries);
}

function decodeValue(value: WireValue | undefined, path: string, refuse: Refuse): Value {
  switch (value?.getKindCase()) {
    case WireValue.KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      return UNKNOWNS.has(text) ? UNKNOWN : text;
    }
    case WireValue.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case WireValue.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case WireValue.KindCase.STRUCT_VALUE:
      return decodeFields(value.getStructValue() ?? new Struct(), path, refuse);
    case WireValue.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map((item, index) =>
        decodeValue(item, `${path}[${index}]`, refuse),
      );
    default:
      return null;
  }
}

function encodeValue(value: Value): WireValue {
  const wire = new WireValue();
  if (value === null) wire.setNullValue(NullValue.NULL_VALUE);
  else if (typeof value === "string") wire.setStringValue(value);
  else if (typeof value === "number") wire.setNumberValue(value);
  else if (typeof value === "boolean") wire.setBoolValue(value);
  else if (value instanceof Unknown) wire.setStringValue(UNKNOWN_STRING);
  else if (value instanceof Secret) {
    const struct = new Struct();
    struct.getFieldsMap().set(SIGNATURE_KEY, new WireValue().setStringValue(SECRET));
    struct.getFieldsMap().set("value", encodeValue(value.value));
    wire.setStructValue(struct);
  } else if (isList(value)) {
    const list = new ListValue();
    list.setValuesList(value.map(encodeValue));
    wire.setListValue(list);
  } else wire.setStructValue(encode(value));
  return wire;
}
