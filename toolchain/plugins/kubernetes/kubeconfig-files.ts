import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { parse } from "yaml";
import { isTree, type Tree, type Value } from "../host";
import { listAt, textAt, treeAt } from "./object";

/** A kubeconfig that can't be read; the message says which and why. */
export class KubeconfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "KubeconfigError";
  }
}

/** A kubeconfig as a tree, and where it came from. */
export interface Loaded {
  readonly file: Tree;
  /** For a person: the path, the paths, or that it was given as text. */
  readonly source: string;
}

/** What decides where a kubeconfig is looked for. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where the account of a pod lies. @default Kubernetes' own place */
  readonly accountFolder?: string;
}

/**
 * The kubeconfig that is meant: contents, or a path; else the files of KUBECONFIG, merged as `kubectl` does; else
 * `~/.kube/config`; else, in a pod, the pod's own account.
 */
export function loadKubeconfig(kubeconfig: string | undefined, { env, accountFolder }: Surroundings): Loaded {
  // A value that spans lines or is JSON is the contents, anything else a path.
  if (kubeconfig !== undefined && (kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{"))) {
    const source = "(given as text)";
    return { file: parseFile(kubeconfig, source), source };
  }
  if (kubeconfig) return readAt(expand(kubeconfig));
  const listed = (env.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  const [only, ...others] = listed;
  if (only !== undefined && others.length === 0) return readAt(expand(only));
  // Of several, those that are not there count as empty.
  const files = listed.map(expand).filter((path) => existsSync(path));
  if (files.length > 0) return { file: merged(files.map((path) => readAt(path).file)), source: files.join(delimiter) };
  const usual = expand("~/.kube/config");
  const account = existsSync(usual) || listed.length > 0 ? undefined : podAccount(env, accountFolder);
  return account ?? readAt(listed.map(expand)[0] ?? usual);
}

function expand(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(path);
}

function readAt(path: string): Loaded {
  try {
    return { file: rooted(parseFile(readFileSync(path, "utf8"), path), dirname(path)), source: path };
  } catch (error) {
    if (error instanceof KubeconfigError) throw error;
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new KubeconfigError(
      `kubeconfig ${path}: can't be read (${why}); give the provider's kubeconfig an existing file, or its contents`,
    );
  }
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

const lists = ["clusters", "users", "contexts"] as const;

/** The first file that says something wins, for each entry of a list on its own. */
function merged(files: readonly Tree[]): Tree {
  const entries = lists.map((list): [string, Value] => {
    const byName = new Map<string, Value>();
    for (const entry of files.flatMap((file) => listAt(file, list))) {
      const name = textAt(entry, "name") ?? "";
      if (!byName.has(name)) byName.set(name, entry);
    }
    return [list, [...byName.values()]];
  });
  const current = files.map((file) => textAt(file, "current-context") ?? "").find((name) => name !== "") ?? "";
  return { ...files[0], ...Object.fromEntries(entries), "current-context": current };
}

/** The names of files in an entry that are relative to the kubeconfig's own folder. */
const named = { cluster: ["certificate-authority"], user: ["client-certificate", "client-key", "tokenFile"] } as const;

/** The kubeconfig with every file named from the root: it is read elsewhere than it lies. */
function rooted(file: Tree, folder: string): Tree {
  const from = (path: string): string => (path === "" || isAbsolute(path) ? path : join(folder, path));
  const entries = (list: "clusters" | "users", key: "cluster" | "user"): Value[] =>
    listAt(file, list).map((entry) => {
      if (!isTree(entry)) return entry;
      const inner = treeAt(entry, key);
      const paths = named[key].flatMap((name) => {
        const path = textAt(inner, name);
        return path === undefined ? [] : [[name, from(path)] as const];
      });
      return { ...entry, [key]: { ...inner, ...Object.fromEntries(paths), ...program(inner, from) } };
    });
  return {
    ...file,
    ...(isTree(file) && file.clusters !== undefined ? { clusters: entries("clusters", "cluster") } : {}),
    ...(isTree(file) && file.users !== undefined ? { users: entries("users", "user") } : {}),
  };
}

/** A program that hands out credentials is looked for on PATH, unless its name has a slash. */
function program(user: Tree, from: (path: string) => string): Tree {
  const command = textAt(user, "exec", "command");
  return command?.includes("/") ? { exec: { ...treeAt(user, "exec"), command: from(command) } } : {};
}

const podFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** A kubeconfig of the account that a pod runs as; undefined outside of a pod. */
function podAccount(env: NodeJS.ProcessEnv, folder = podFolder): Loaded | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const tokenFile = join(folder, "token");
  if (!host || !port || !existsSync(tokenFile)) return undefined;
  const authority = join(folder, "ca.crt");
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const namespace = existsSync(join(folder, "namespace"))
    ? readFileSync(join(folder, "namespace"), "utf8").trim()
    : undefined;
  const name = "pod";
  const file: Tree = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority": authority } }],
    users: [{ name, user: { tokenFile } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    "current-context": name,
  };
  return { file, source: "(of the pod's account)" };
}
