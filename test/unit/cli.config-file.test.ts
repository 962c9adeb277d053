import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigFile } from "../../driver/stack/config-file";
import { UserError } from "../../lib/user-error";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cni-lab-config-"));
  file = path.join(folder, "stacks/Pulumi.flannel.yaml");
});
afterEach(() => rmSync(folder, { recursive: true }));

const edited = `# mine
encryptionsalt: v1:abc=:v1:def
config:
  # three are too many here
  cni-lab:nodes: "1"
  other:key:
    nested: [ 1, 2 ]
  cni-lab:podCidr: 10.1.0.0/16
`;

function withText(text: string): ConfigFile {
  new ConfigFile(file).set({ cni: "none" }).save();
  writeFileSync(file, text);
  return new ConfigFile(file);
}

test("a new file holds the lab's values", () => {
  new ConfigFile(file).dropSalt().setMissing({ cni: "flannel", nodes: "3" }).save();
  expect(readFileSync(file, "utf8")).toBe('config:\n  cni-lab:cni: flannel\n  cni-lab:nodes: "3"\n');
});

test("the user's edits, comments and other keys stay", () => {
  withText(edited).setMissing({ nodes: "3", cni: "flannel" }).set({ nodeImage: "localhost/node:1" }).save();
  expect(readFileSync(file, "utf8")).toBe(`${edited}  cni-lab:cni: flannel\n  cni-lab:nodeImage: localhost/node:1\n`);
  expect(new ConfigFile(file).values()).toEqual({
    nodes: "1",
    podCidr: "10.1.0.0/16",
    cni: "flannel",
    nodeImage: "localhost/node:1",
  });
});

test.each([
  ["the node image that an earlier version wrote goes", "localhost/cni-lab/node:0123456789abcdef", ""],
  ["a node image of somebody's own stays", "localhost/mine:1", "  cni-lab:nodeImage: localhost/mine:1\n"],
])("%s", (_, image, left) => {
  withText(`${edited}  cni-lab:nodeImage: ${image}\n`).dropLeftImage().save();
  expect(readFileSync(file, "utf8")).toBe(edited + left);
});

test("a value that is set is replaced in its place", () => {
  withText(edited).set({ nodes: "2" }).save();
  expect(readFileSync(file, "utf8")).toBe(edited.replace('"1"', '"2"'));
});

test("a file that would not change is not written", () => {
  withText(edited);
  const before = statSync(file, { bigint: true });
  new ConfigFile(file).set({ nodes: "1" }).setMissing({ podCidr: "10.9.0.0/16" }).save();
  const after = statSync(file, { bigint: true });
  expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
});

test("numbers and truth values that somebody wrote without quotes are read as text", () => {
  expect(withText("config:\n  cni-lab:nodes: 2\n  cni-lab:x: true\n").values()).toEqual({ nodes: "2", x: "true" });
});

test("the salt of a stack that is gone is dropped, unless a secret hangs on it", () => {
  withText(edited).dropSalt().save();
  expect(readFileSync(file, "utf8")).not.toContain("encryptionsalt");
  const secret = `${edited}  cni-lab:key:\n    secure: v1:xyz\n`;
  withText(secret).dropSalt().save();
  expect(readFileSync(file, "utf8")).toBe(secret);
});

test("forgetting leaves comments, keys of others, and secrets with the salt that they hang on", () => {
  const text = `${edited}  cni-lab:license:\n    secure: v1:xyz\n`;
  withText(text).forget().save();
  expect(readFileSync(file, "utf8")).toBe(
    text.replace('  cni-lab:nodes: "1"\n', "").replace("  cni-lab:podCidr: 10.1.0.0/16\n", ""),
  );
});

test("forgetting removes a file that holds nothing else", () => {
  withText('encryptionsalt: v1:abc=:v1:def\nconfig:\n  cni-lab:cni: weave\n  cni-lab:nodes: "2"\n').forget().save();
  expect(existsSync(file)).toBe(false);
});

test("what is more than text is written as YAML, read as JSON, and forgotten with the rest; a secret is not", () => {
  const machines = [{ name: "n1", ssh: { host: "192.0.2.11", sudo: true } }];
  new ConfigFile(file).set({ cni: "weave" }).setStructured({ machines }).save();
  expect(readFileSync(file, "utf8")).toContain(
    "  cni-lab:machines:\n    - name: n1\n      ssh:\n        host: 192.0.2.11",
  );
  const again = new ConfigFile(file);
  expect(JSON.parse(again.values().machines ?? "")).toEqual(machines);
  const before = statSync(file).mtimeMs;
  again.setStructured({ machines }).save();
  expect(statSync(file).mtimeMs).toBe(before);
  new ConfigFile(file).forget().save();
  expect(existsSync(file)).toBe(false);
  withText("config:\n  cni-lab:weavePassword:\n    secure: v1:x\n  cni-lab:found:\n    cni: flannel\n").forget().save();
  expect(readFileSync(file, "utf8")).toBe("config:\n  cni-lab:weavePassword:\n    secure: v1:x\n");
});

test("forgetting what is not there writes nothing", () => {
  new ConfigFile(file).forget().save();
  expect(existsSync(file)).toBe(false);
});

test.each(["config: [", "- a\n- b\n", "config:\n\tx: 1\n", "just text\n"])("%j is refused and left alone", (text) => {
  expect(() => withText(text)).toThrow(UserError);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("reading a file that is not there makes none", () => {
  expect(new ConfigFile(file).values()).toEqual({});
  expect(existsSync(file)).toBe(false);
});
