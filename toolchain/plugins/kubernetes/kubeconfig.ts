import type { Tree, Value } from "../host";
import { KubeconfigError, loadKubeconfig, type Surroundings } from "./kubeconfig-files";
import { listAt, textAt, treeAt } from "./object";

/** What of a kubeconfig a provider chose. */
export interface Choice {
  /** Contents or path; the plugin's environment (KUBECONFIG, ~/.kube/config, a pod's account) decides where it is absent. */
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
export function readKubeconfig(choice: Choice, around: Surroundings = { env: process.env }): Kubeconfig {
  const { file, source } = loadKubeconfig(choice.kubeconfig, around);
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
