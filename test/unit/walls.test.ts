import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { filesOf, mayImport, repository } from "./rooms";

interface Import {
  readonly from: string;
  /** A file of the repository, or the name of a package. */
  readonly to: string;
  /** Gone once it is compiled. */
  readonly typeOnly: boolean;
}

const files = filesOf();
const imports = files.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const source = ts.createSourceFile(from, readFileSync(path.join(repository, from), "utf8"), ts.ScriptTarget.ES2022);
  const found: Import[] = [];
  const take = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier !== undefined && ts.isStringLiteral(specifier)) {
      found.push({ from, to: target(from, specifier.text), typeOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) take(node.moduleSpecifier, isTypeOnly(node.importClause));
    if (ts.isExportDeclaration(node)) take(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      take(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  const names = clause?.namedBindings;
  const allTypes = names !== undefined && ts.isNamedImports(names) && names.elements.every((each) => each.isTypeOnly);
  return clause !== undefined && (clause.isTypeOnly || (clause.name === undefined && allTypes));
}

function target(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const base = path.join(path.dirname(from), specifier);
  const found = [base, `${base}.ts`, path.join(base, "index.ts")].find((file) =>
    statSync(path.join(repository, file), { throwIfNoEntry: false })?.isFile(),
  );
  if (found === undefined) throw new Error(`${from} imports ${specifier}, which is not there`);
  return found;
}

const room = (file: string) => file.split(path.sep)[0] ?? "";
const inside = imports.filter(({ to }) => to in mayImport || files.includes(to));

test("a room imports only what lies below it", () => {
  const wrong = inside
    .filter(({ from, to }) => room(from) !== room(to) && !mayImport[room(from)]?.includes(room(to)))
    .map(({ from, to }) => `${from} -> ${to}`);
  expect(wrong).toEqual([]);
});

test("what the command line and the labs reach has nothing of Pulumi in it", () => {
  const reached = new Set(files.filter((file) => ["cli", "driver", "report", "labs", "checks"].includes(room(file))));
  for (const file of reached) {
    for (const { from, to, typeOnly } of inside) {
      if (from === file && !typeOnly) reached.add(to);
    }
  }
  const wrong = imports
    .filter(({ from, to, typeOnly }) => reached.has(from) && !typeOnly && to.startsWith("@pulumi/"))
    .map(({ from, to }) => `${from} imports ${to}`);
  expect(wrong).toEqual([]);
});

/** Those that lead back to themselves, each with the way. */
function circles(arrows: readonly (readonly [string, string])[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of arrows) next.set(from, (next.get(from) ?? new Set()).add(to));
  const way = (start: string): string[] | undefined => {
    const before = new Map<string, string>();
    const queue = [start];
    for (const each of queue) {
      for (const to of next.get(each) ?? []) {
        if (to === start) {
          const back = [start];
          for (let at: string | undefined = each; at !== undefined && at !== start; at = before.get(at))
            back.unshift(at);
          return [start, ...back];
        }
        if (!before.has(to)) {
          before.set(to, each);
          queue.push(to);
        }
      }
    }
    return undefined;
  };
  return [...next.keys()].flatMap((start) => way(start)?.join(" -> ") ?? []);
}

test("no file leads back to itself", () => {
  expect(circles(inside.map(({ from, to }) => [from, to] as const))).toEqual([]);
});

/** What of a folder a file belongs to: itself, or the folder in that folder. */
const childOf = (folder: string, file: string) =>
  folder === "" ? room(file) : path.join(folder, path.relative(folder, file).split(path.sep)[0] ?? "");
const folders = ["", ...new Set(files.flatMap((file) => parents(path.dirname(file))))];
function parents(folder: string): string[] {
  return folder === "." ? [] : [...parents(path.dirname(folder)), folder];
}

test("among the files and folders of one folder none leads back to itself", () => {
  const lies = (folder: string, file: string) => folder === "" || file.startsWith(`${folder}${path.sep}`);
  const wrong = folders.flatMap((folder) =>
    circles(
      inside
        .filter(({ from, to }) => lies(folder, from) && lies(folder, to))
        .map(({ from, to }) => [childOf(folder, from), childOf(folder, to)] as const)
        .filter(([from, to]) => from !== to),
    ),
  );
  expect(wrong).toEqual([]);
});
