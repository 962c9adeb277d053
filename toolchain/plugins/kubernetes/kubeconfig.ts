import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { Tree, Value } from "../host";
import { listAt, textAt, treeAt } from "./object";

/** A kubeconfig that can't be read; the message says which and why. */
export class KubeconfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "KubeconfigError";
  }
}

/** What of a kubeconfig a provider chose. */
export interface Choice {
  /** Contents or path; the plugin's environment (KUBECONFIG, ~/.kube/config) decides where it is absent. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
}

/** A kubeconfig with one context in force. */
export interface Kubeconfig {
  /** The whole file as a tree, with the chosen context as the current one. */
  readonly file: Tree;
  /** Address of the API server. */
  readonly server: string;
  /** The active cluster entry: server, certificate authority and so on. */
  readonly cluster: Tree;
  /** The context's namespace, `default` where it has none. */
  readonly namespace: string;
}

/** Reads the kubeconfig and puts the chosen context and cluster in force. */
export function readKubeconfig(choice: Choice): Kubeconfig {
  const { text, source } = textOf(choice.kubeconfig);
  const file = parseFile(text, source);
  const wanted = choice.context ?? textAt(file, "current-context") ?? "";
  const context = entry(file, "contexts", wanted);
  if (context === undefined && choice.cluster === undefined) {
    const known = names(file, "contexts");
    throw new KubeconfigError(
      `kubeconfig ${source}: has no context ${JSON.stringify(wanted)}; it has ${known.join(", ") || "none"}; set the provider's context to one of them`,
    );
  }
  const name = choice.cluster ?? textAt(context, "context", "cluster") ?? "";
  const cluster = treeAt(entry(file, "clusters", name), "cluster");
  const server = textAt(cluster, "server");
  if (server === undefined) {
    const known = names(file, "clusters").join(", ") || "none";
    throw new KubeconfigError(
      `kubeconfig ${source}: has no cluster ${JSON.stringify(name)} with a server; it has ${known}`,
    );
  }
  const namespace = textAt(context, "context", "namespace") || "default";
  return { file: inForce(file, wanted, name), server, cluster, namespace };
}

/** The active cluster entry, undefined where the kubeconfig does not tell: what decides whether a provider moved. */
export function activeCluster(choice: Choice): Tree | undefined {
  try {
    return readKubeconfig(choice).cluster;
  } catch {
    return undefined;
  }
}

/** A value that spans lines or is JSON is the contents, anything else a path. */
function textOf(kubeconfig: string | undefined): { text: string; source: string } {
  if (kubeconfig !== undefined && (kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{"))) {
    return { text: kubeconfig, source: "(given as text)" };
  }
  const path = expand(kubeconfig || process.env.KUBECONFIG?.split(":")[0] || "~/.kube/config");
  try {
    return { text: readFileSync(path, "utf8"), source: path };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new KubeconfigError(
      `kubeconfig ${path}: can't be read (${why}); give the provider's kubeconfig an existing file, or its contents`,
    );
  }
}

function expand(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(path);
}

function parseFile(text: string, source: string): Tree {
  let file: unknown;
  try {
    file = parse(text);
  } catch (error) {
    // The parser's message quotes the line, which may hold a key: its first sentence says enough.
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
    throw new KubeconfigError(`kubeconfig ${source}: is no YAML: ${why.replace(/:$/, "")}`);
  }
  if (typeof file !== "object" || file === null || Array.isArray(file)) {
    throw new KubeconfigError(`kubeconfig ${source}: is no kubeconfig: it must have clusters, users and contexts`);
  }
  return file as Tree;
}

function entry(file: Tree, list: string, name: string): Value | undefined {
  return listAt(file, list).find((item) => textAt(item, "name") === name);
}

function names(file: Tree, list: string): string[] {
  return listAt(file, list).flatMap((item) => textAt(item, "name") ?? []);
}

/** The file with this context current, and that context on this cluster. */
function inForce(file: Tree, context: string, cluster: string): Tree {
  const user = textAt(entry(file, "contexts", context), "context", "user") ?? names(file, "users")[0] ?? "";
  const chosen = { ...treeAt(entry(file, "contexts", context), "context"), cluster, user };
  const others = listAt(file, "contexts").filter((item) => textAt(item, "name") !== context);
  return { ...file, contexts: [...others, { name: context, context: chosen }], "current-context": context };
}
