import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { repository } from "./rooms";

/** Names that examples take from the program around them. */
const around: Readonly<Record<string, string>> = {
  access: "lab.NodeAccess",
  cluster: "lab.Cluster",
  flannel: "lab.Flannel",
  image: "string",
  kubeconfig: "pulumi.Output<string>",
  lan: "lab.ClusterLan",
  network: "lab.MacvlanNetwork",
  node: "lab.ReachableNode",
  nodeImage: "string",
  postgres: "lab.Postgres",
  privateKey: "pulumi.Output<string>",
  provider: "pulumi.ProviderResource",
};

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  strict: true,
  skipLibCheck: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  types: [],
  noEmit: true,
};

/** What has been read already, by the files' names: both programs below are of nearly the same files. */
const parsed = new Map<string, ts.SourceFile>();

/** A program of these files. Without the types of Kubernetes' API, which take ten times as long as all others. */
function compile(files: readonly string[], virtual?: { readonly file: string; readonly text: string }): ts.Program {
  const host = ts.createCompilerHost(options);
  const cache = ts.createModuleResolutionCache(repository, (name) => name, options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === virtual?.file || fileExists(file);
  host.getSourceFile = (file, target, ...rest) => {
    if (file === virtual?.file) return ts.createSourceFile(file, virtual.text, target, true);
    const source = parsed.get(file) ?? getSourceFile(file, target, ...rest);
    if (source !== undefined) parsed.set(file, source);
    return source;
  };
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => ({
      resolvedModule:
        text === "@pulumi/kubernetes"
          ? undefined
          : ts.resolveModuleName(text, from, options, host, cache).resolvedModule,
    }));
  return ts.createProgram([...files], options, host);
}

const index = path.join(repository, "components/index.ts");
const program = compile([index]);
const sources = program
  .getSourceFiles()
  .filter(({ fileName }) => fileName.startsWith(path.join(repository, "components")));
const checker = program.getTypeChecker();
const tagsOf = (node: ts.Node, name: string) =>
  ts
    .getJSDocTags(node)
    .filter((tag) => tag.tagName.text === name)
    .map((tag) => ts.getTextOfJSDocComment(tag.comment) ?? "");

/** Every class that other programs get. */
const classes = exportedClasses();

function exportedClasses(): ts.ClassDeclaration[] {
  const source = program.getSourceFile(index);
  const module = source && checker.getSymbolAtLocation(source);
  return (module === undefined ? [] : checker.getExportsOfModule(module)).flatMap((symbol) => {
    const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (real.declarations ?? []).filter(ts.isClassDeclaration);
  });
}

const nameOf = (each: ts.ClassDeclaration) => each.name?.text ?? "";

/** The code of a class's example. */
function example(each: ts.ClassDeclaration): string | undefined {
  return tagsOf(each, "example").map((text) => /^```ts\n(.*)\n```$/s.exec(text.trim())?.[1])[0];
}

/** Whether anything in a piece of code passes. */
function some(node: ts.Node, passes: (node: ts.Node) => boolean): boolean {
  return passes(node) || (ts.forEachChild(node, (child) => some(child, passes) || undefined) ?? false);
}

const throwsError = (node: ts.Node) =>
  (ts.isThrowStatement(node) && /^new pulumi\.(ResourceError|RunError)\b/.test(node.expression.getText())) ||
  (ts.isCallExpression(node) && node.expression.getText() === "rejectArgs");

/** Functions outside of classes that refuse arguments, by their names. */
const refusing = new Set(sources.flatMap((source) => refusers(source)));

function refusers(source: ts.SourceFile): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassDeclaration(node)) return;
    const named = ts.isFunctionDeclaration(node) || ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node);
    const name = named ? node.name?.getText() : undefined;
    const isCode =
      ts.isFunctionDeclaration(node) || (ts.isPropertyAssignment(node) && ts.isArrowFunction(node.initializer));
    if (name !== undefined && isCode && some(node, throwsError)) names.push(name);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

const callsRefusing = (node: ts.Node) =>
  ts.isCallExpression(node) && refusing.has(/\w+$/.exec(node.expression.getText())?.[0] ?? "");

describe("what other programs get", () => {
  test("is found in the sources", () => {
    expect(classes.length).toBeGreaterThan(20);
    expect([...refusing].sort()).toEqual(["takeArgs"]);
  });

  test("every class has an example", () => {
    expect(classes.filter((each) => example(each) === undefined).map(nameOf)).toEqual([]);
  });

  test("every class that refuses arguments says so, and no other", () => {
    const documented = (each: ts.ClassDeclaration) =>
      [each, ...each.members].some((node) => tagsOf(node, "throws").length > 0);
    const refuses = (each: ts.ClassDeclaration) => some(each, (node) => throwsError(node) || callsRefusing(node));
    expect(classes.filter(documented).map(nameOf)).toEqual(classes.filter(refuses).map(nameOf));
  });

  test("every example compiles", () => {
    const names = classes.map(nameOf);
    const values = [...names, "podman", "flannelResidue", "flannelEtcdResidue", "weaveResidue"];
    const head = [
      'import type * as pulumi from "@pulumi/pulumi";',
      'import * as lab from "./index";',
      `const { ${values.join(", ")} } = lab;`,
      ...Object.entries(around).map(([name, type]) => `declare const ${name}: ${type};`),
    ];
    const file = path.join(repository, "components/examples.ts");
    const text = [...head, ...classes.map((each) => `function example${nameOf(each)}() {\n${example(each)}\n}`)];
    const examples = compile([file], { file, text: text.join("\n") });
    const source = examples.getSourceFile(file);
    const problems = [...examples.getSyntacticDiagnostics(source), ...examples.getSemanticDiagnostics(source)];
    expect(
      problems.map(({ messageText, start = 0 }) => {
        const line = source?.text.slice(0, start).split("\n").length ?? 0;
        return `${source?.text.split("\n")[line - 1]}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
      }),
    ).toEqual([]);
  });
});
