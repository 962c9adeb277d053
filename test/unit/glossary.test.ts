import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { filesOf, repository } from "./rooms";

const read = (file: string) => readFileSync(path.join(repository, file), "utf8");
const entries = [...read("GLOSSARY.md").matchAll(/^- \*\*(.+?)\*\*: (.+)$/gm)].map(([, word = "", text = ""]) => {
  const [meaning = "", here = ""] = text.split("*Here*: ");
  return { word, meaning: meaning.trim(), here };
});

test("the glossary explains each word once, in one or two sentences", () => {
  expect(entries.length).toBeGreaterThanOrEqual(25);
  expect(read("GLOSSARY.md").match(/^- /gm)).toHaveLength(entries.length);
  expect(new Set(entries.map(({ word }) => word.toLowerCase())).size).toBe(entries.length);
  const sentences = (text: string) => text.match(/[.!?](?= |$)/g)?.length ?? 0;
  expect(entries.filter(({ meaning }) => ![1, 2].includes(sentences(meaning)))).toEqual([]);
});

test("has the words that somebody of the field looks for", () => {
  const words = entries.map(({ word }) => word.toLowerCase());
  expect(words).toEqual(
    expect.arrayContaining([
      "secondary network",
      "desired state",
      "active conflist",
      "idempotent",
      "retry",
      "orphaned",
    ]),
  );
});

test("names no word of the lab's own that the sources don't have", () => {
  const sources = filesOf().map(read).join("\n");
  const own = entries.flatMap(({ here }) => [...here.matchAll(/"([^"]+)"|`([^`]+)`/g)]);
  const named = own.map(([, quoted, code]) => quoted ?? code ?? "");
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((word) => !sources.includes(word))).toEqual([]);
});

test.each(["README.md", "CONTRIBUTING.md"])("%s leads to it", (file) => {
  expect(read(file)).toContain("](GLOSSARY.md)");
});
