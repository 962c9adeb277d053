import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  type Call,
  Children,
  Failures,
  isList,
  isTree,
  mapTree,
  Secret,
  type Tree,
  UNKNOWN,
  type Value,
} from "../../toolchain/plugins/host";
import { check } from "../../toolchain/plugins/kubernetes/check";
import { Connection } from "../../toolchain/plugins/kubernetes/connection";
import { diff } from "../../toolchain/plugins/kubernetes/diff";

// What the official plugin answered, for the kinds of a lab: what it recorded of a program, what it found changed in
// another one, and whether that took a new object. A state of its goes on with the lab's plugin.

/** What it found in another program. */
interface Changed {
  readonly program: Tree;
  readonly paths: readonly string[];
  readonly replaces: boolean;
  readonly deleteBeforeReplace: boolean;
}

/** One object, a line of the file. */
interface Recorded {
  readonly name: string;
  readonly type: string;
  readonly program: Tree;
  /** The inputs as its state has them. */
  readonly recorded: Tree;
  readonly changed?: Changed;
  readonly replaced?: Changed;
}

const lines = readFileSync(path.join(__dirname, "official-records.jsonl"), "utf8").trim().split("\n");
const records = lines.map((line): Recorded => JSON.parse(line));

const log = { debug() {}, info() {}, warning() {}, error() {}, status() {}, flush: async () => {} };
const call: Call = { log, children: new Children(), signal: new AbortController().signal };
/** Without a cluster: what is compared are the rules. */
const connection = new Connection({ kubeconfig: UNKNOWN });

async function checked(type: string, program: Tree, olds: Tree): Promise<Tree> {
  const about = { urn: "urn", type, name: "map-auto", randomSeed: new Uint8Array([7]) };
  const found = await check({ ...about, news: program, olds }, connection, new Map(), call);
  if (found instanceof Failures) throw new Error(JSON.stringify(found.failures));
  return found.inputs;
}

async function difference(type: string, program: Tree, oldInputs: Tree) {
  const news = await checked(type, program, oldInputs);
  const request = { urn: "urn", type, name: "n", id: "i", state: {}, oldInputs, news, ignoreChanges: [] };
  const { changes, replaces, deleteBeforeReplace = false } = await diff(request, connection, call);
  return { paths: [...changes.keys()].sort(), replaces: (replaces?.size ?? 0) > 0, deleteBeforeReplace };
}

/** Secrets stand in the records as an object with one key. */
function read(value: Value | undefined): Value | undefined {
  if (isList(value)) return value.map((item) => read(item) ?? null);
  if (!isTree(value)) return value;
  return Object.hasOwn(value, "<secret>") ? new Secret(value["<secret>"] ?? null) : mapTree(value, read);
}

/** The official plugin tells the contents of a Secret as data, however they are declared. */
const asDeclared = (program: Tree, changed: string): string =>
  program.stringData === undefined ? changed : changed.replace(/^data\b/, "stringData");

describe.each(records)(
  "a $name that the official plugin recorded",
  ({ type, program, recorded, changed, replaced }) => {
    const olds = read(recorded) as Tree;

    it("is no change with the same program", async () => {
      expect(await difference(type, program, olds)).toEqual({
        paths: [],
        replaces: false,
        deleteBeforeReplace: false,
      });
    });

    it.each([changed, replaced].filter((one) => one !== undefined))("changes alike: $paths", async (expected) => {
      const { program: next, paths, replaces, deleteBeforeReplace } = expected;
      const declared = paths.map((changedPath) => asDeclared(next, changedPath));
      expect(await difference(type, next, olds)).toEqual({ paths: declared.sort(), replaces, deleteBeforeReplace });
    });
  },
);
