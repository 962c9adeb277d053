import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { filesOf, repository } from "./rooms";

/** Words of the house that somebody of the field would not use, or would not look for. */
const privateWords = /\b(anew|besides|mend(s|ed)?|ride on|pointed at)\b/i;

/** What is written down on living clusters keeps its words: another text would run again there. */
const recorded = (file: string) =>
  file.includes(`${path.sep}swap${path.sep}`) || file.endsWith("network-definitions.ts");

/** Every piece of text in the code of a file that has such a word, but for names of modules. */
function texts(file: string): string[] {
  const code = readFileSync(path.join(repository, file), "utf8");
  // Parsing every file would take seconds.
  if (!privateWords.test(code)) return [];
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isModule =
      ts.isImportDeclaration(node.parent) ||
      ts.isExportDeclaration(node.parent) ||
      (ts.isCallExpression(node.parent) && node.parent.expression.kind === ts.SyntaxKind.ImportKeyword);
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && !isModule) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}

test("what users read has the field's words: help, settings, errors, reports", () => {
  const files = filesOf(["lib", "components", "stacks", "checks", "labs", "driver", "report", "cli"]).filter(
    (file) => !recorded(file),
  );
  expect(files.length).toBeGreaterThan(300);
  const found = files.flatMap((file) => texts(file).map((text) => ({ file, text })));
  expect(found.filter(({ text }) => privateWords.test(text))).toEqual([]);
});
