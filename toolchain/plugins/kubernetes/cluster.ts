import { own, type Tree } from "../host";
import { isNotFound } from "./api-error";
import { ApiServer } from "./client";
import { Discovery, type Served } from "./discovery";
import type { Kubeconfig } from "./kubeconfig";
import { Kubectl } from "./kubectl";
import { nameOf, namespaceOf, textAt, withMetadata } from "./object";
import type { Kind } from "./token";

/** How an object is applied. */
export interface Apply {
  /** Who owns the fields from now on. */
  readonly manager: string;
  /** Take fields over from other managers. */
  readonly force: boolean;
  /** Ask what would become of it, and change nothing. */
  readonly dryRun?: boolean;
  /** Called with what the API server warns of. */
  readonly onWarning?: (text: string) => void;
}

/** Which object. */
export interface Reference {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** The objects of a cluster, of any kind that its API server serves. */
export class Cluster {
  readonly server: string;
  readonly kubectl: Kubectl;
  private readonly api: ApiServer;
  private readonly discovery: Discovery;

  constructor(kubeconfig: Kubeconfig) {
    this.api = new ApiServer(kubeconfig);
    this.server = kubeconfig.server;
    this.discovery = new Discovery(this.api);
    this.kubectl = new Kubectl(kubeconfig);
  }

  /** Where objects of the kind live. */
  served(kind: Kind, signal?: AbortSignal): Promise<Served> {
    return this.discovery.find(kind, signal);
  }

  /** Answers when the API server does. */
  async ping(signal?: AbortSignal): Promise<void> {
    await this.api.send({ method: "GET", path: "/version" }, signal);
  }

  /** The live object, undefined when it is not there. */
  async get(reference: Reference, signal?: AbortSignal): Promise<Tree | undefined> {
    const path = await this.pathOf(reference, signal);
    try {
      return await this.api.send({ method: "GET", path }, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Objects of a kind in a namespace that match a query such as `labelSelector=app%3Da`. */
  async list(kind: Kind, namespace: string | undefined, query: URLSearchParams, signal?: AbortSignal): Promise<Tree> {
    const path = await this.pathOf({ kind, namespace, name: "" }, signal);
    return await this.api.send({ method: "GET", path: `${path}?${query}` }, signal);
  }

  /** Server-side apply: makes or changes the object, and returns it. */
  async apply(
    kind: Kind,
    object: Tree,
    { manager, force, dryRun, onWarning }: Apply,
    signal?: AbortSignal,
  ): Promise<Tree> {
    const body = fitting(object, await this.served(kind, signal));
    const path = await this.pathOf(referenceTo(kind, body), signal);
    const query = new URLSearchParams({ fieldManager: manager, force: String(force), ...(dryRun ? dryRunAll : {}) });
    return await this.api.send({ method: "PATCH", path: `${path}?${query}`, body, onWarning }, signal);
  }

  /** Changes single fields by a JSON patch, and returns the object. */
  async patch(reference: Reference, body: readonly Tree[], signal?: AbortSignal): Promise<Tree> {
    return await this.api.send(
      { method: "PATCH", path: await this.pathOf(reference, signal), body, patch: "json" },
      signal,
    );
  }

  /** What would become of the object if it were made now; fails as the real thing would, also when it exists. */
  async tryCreate(kind: Kind, object: Tree, manager: string, signal?: AbortSignal): Promise<Tree> {
    const body = fitting(object, await this.served(kind, signal));
    const path = await this.pathOf({ ...referenceTo(kind, body), name: "" }, signal);
    const query = new URLSearchParams({ fieldManager: manager, fieldValidation: "Strict", ...dryRunAll });
    return await this.api.send({ method: "POST", path: `${path}?${query}`, body }, signal);
  }

  /** Asks for the object's deletion; undefined when it is gone at once, else the object that is on its way out. */
  async remove(reference: Reference, propagationPolicy: string, signal?: AbortSignal): Promise<Tree | undefined> {
    const path = await this.pathOf(reference, signal);
    const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy };
    try {
      const answer = await this.api.send({ method: "DELETE", path, body }, signal);
      return textAt(answer, "kind") === "Status" ? undefined : answer;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** As `kubectl` names it: `daemonsets.v1.apps/flannel`. */
  async argumentFor({ kind, name }: Reference, signal?: AbortSignal): Promise<string> {
    const { plural } = await this.served(kind, signal);
    return kind.group === "" ? `${plural}/${name}` : `${plural}.${kind.version}.${kind.group}/${name}`;
  }

  private async pathOf({ kind, namespace, name }: Reference, signal?: AbortSignal): Promise<string> {
    const { plural, namespaced } = await this.served(kind, signal);
    const { group, version } = kind;
    const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    const scope = namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "default")}` : "";
    return `${root}${scope}/${plural}${name === "" ? "" : `/${encodeURIComponent(name)}`}`;
  }
}

const dryRunAll = { dryRun: "All" };

/** Which object a declaration or a live object is. */
export function referenceTo(kind: Kind, object: Tree): Reference {
  return { kind, namespace: namespaceOf(object), name: nameOf(object) };
}

/** The object without a namespace where its kind has none: a guess made before its kind was served. */
function fitting(object: Tree, { namespaced }: Served): Tree {
  const metadata = own(object, "metadata");
  if (namespaced || metadata === undefined) return object;
  return withMetadata(object, { namespace: undefined });
}
