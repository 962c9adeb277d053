import {
  type Call,
  type Checked,
  type CheckRequest,
  Failures,
  isTree,
  own,
  reveal,
  type Tree,
  Unknown,
  type Value,
  wayToOfficial,
} from "../host";
import { annotation, annotations } from "./annotations";
import type { Connection } from "./connection";
import { isNameless, named } from "./naming";
import { at, namespaceOf, textAt, withMetadata, withoutAbsent } from "./object";
import { notSupported } from "./refusal";
import { isNamespacedBuiltIn } from "./scope";
import { markSecrets } from "./secrets";
import { apiVersionOf, type Kind, parseToken } from "./token";
import { expressions } from "./wait-plan";

/** Scopes of custom kinds whose CustomResourceDefinition is in the same program, which may not be applied yet. */
export type Scopes = Map<string, boolean>;

/** Fills in what the program may leave out: apiVersion, kind, name and namespace. */
export async function check(
  request: CheckRequest,
  connection: Connection,
  scopes: Scopes,
  call: Call,
): Promise<Checked> {
  if (connection.settings.skipUpdateUnreachable && Object.keys(request.olds).length > 0) {
    if (!(await isReachable(connection, call))) return { inputs: request.olds };
  }
  const kind = parseToken(request.type);
  const plain = reveal(request.news);
  const wrong = refused(plain, kind);
  if (wrong !== undefined) return wrong;

  const filled = { apiVersion: apiVersionOf(kind), kind: kind.kind, ...withoutAbsent(plain) };
  remember(filled, scopes);
  const olds = reveal(request.olds);
  const { name: resourceName, randomSeed, autonaming } = request;
  if (autonaming !== undefined && autonaming.proposed === undefined && isNameless(filled, olds)) {
    const reason = "missing; it is required, as the project's pulumi:autonaming is disabled";
    return new Failures([{ property: "metadata.name", reason }]);
  }
  const object = named({ object: filled, old: olds, resourceName, randomSeed, proposed: autonaming?.proposed });
  const placed = await withNamespace(object, olds, kind, connection, scopes, call);
  return { inputs: markSecrets(withoutServerFields(placed), request.news) };
}

function refused(object: Tree, kind: Kind): Failures | undefined {
  const fail = (property: string, reason: string): Failures => new Failures([{ property, reason }]);
  const spelled = own(object, "kind");
  if (typeof spelled === "string" && `${spelled}Patch` === kind.kind) {
    return fail(
      "kind",
      `${kind.kind} is ${notSupported}, as it patches objects of others; declare the whole object, ${wayToOfficial}`,
    );
  }
  if (typeof spelled === "string" && spelled !== kind.kind) {
    return fail("kind", `is ${JSON.stringify(spelled)}: must be ${kind.kind}, as the resource's type says`);
  }
  const odd = wrongShape(own(object, "metadata"));
  if (odd !== undefined) return odd;
  if (at(object, "metadata", "generateName") !== undefined && at(object, "metadata", "name") === undefined) {
    return fail(
      "metadata.generateName",
      "not possible with server-side apply; set metadata.name, or leave both out for an automatic name",
    );
  }
  return wrongWaitFor(annotation(object, annotations.waitFor));
}

/** Where an object lies is asked by these, so they must be texts before anything is asked at all. */
function wrongShape(metadata: Value | undefined): Failures | undefined {
  if (metadata === undefined || metadata === null || metadata instanceof Unknown) return undefined;
  if (!isTree(metadata)) return new Failures([{ property: "metadata", reason: "must be an object" }]);
  const wrong = ["name", "namespace"].filter((key) => {
    const value = own(metadata, key);
    return !(value === undefined || value === null || value instanceof Unknown || typeof value === "string");
  });
  if (wrong.length === 0) return undefined;
  return new Failures(wrong.map((key) => ({ property: `metadata.${key}`, reason: "must be a string" })));
}

function wrongWaitFor(wanted: string | undefined): Failures | undefined {
  if (wanted === undefined) return undefined;
  const all = expressions(wanted);
  const wrong = all.length === 0 ? wanted : all.find((one) => !/^(jsonpath|condition)=/.test(one));
  if (wrong === undefined) return undefined;
  const property = `metadata.annotations["${annotations.waitFor}"]`;
  const reason = `${JSON.stringify(wrong)}: must begin with jsonpath= or condition=, or be a JSON list of such`;
  return new Failures([{ property, reason }]);
}

/** What only the API server writes, and a program that copies a live object may have brought along. */
const serverFields = {
  creationTimestamp: undefined,
  deletionGracePeriodSeconds: undefined,
  deletionTimestamp: undefined,
  generation: undefined,
  managedFields: undefined,
  resourceVersion: undefined,
  uid: undefined,
};

function withoutServerFields(object: Tree): Tree {
  return isTree(object.metadata) ? withMetadata(object, serverFields) : object;
}

async function withNamespace(
  object: Tree,
  olds: Tree,
  kind: Kind,
  connection: Connection,
  scopes: Scopes,
  { signal }: Call,
): Promise<Tree> {
  const metadata = own(object, "metadata");
  if (
    !isTree(metadata) ||
    (metadata.namespace !== undefined && metadata.namespace !== null && metadata.namespace !== "")
  ) {
    return object;
  }
  const known = isNamespacedBuiltIn(kind) ?? scopes.get(scopeKey(kind));
  const namespaced = known ?? (await isNamespacedCustom(olds, kind, connection, signal));
  return withMetadata(object, { namespace: namespaced ? connection.defaultNamespace() : undefined });
}

/** Recorded inputs tell without a question to the API server; a kind that it does not serve yet may be in namespaces. */
async function isNamespacedCustom(
  olds: Tree,
  kind: Kind,
  connection: Connection,
  signal: AbortSignal,
): Promise<boolean> {
  if (textAt(olds, "metadata", "name") !== undefined) return namespaceOf(olds) !== undefined;
  try {
    return (await connection.current()?.served(kind, signal))?.namespaced ?? true;
  } catch {
    return true;
  }
}

function remember(object: Tree, scopes: Scopes): void {
  if (own(object, "kind") !== "CustomResourceDefinition") return;
  const group = textAt(object, "spec", "group") ?? "";
  const kind = textAt(object, "spec", "names", "kind") ?? "";
  scopes.set(scopeKey({ group, kind }), textAt(object, "spec", "scope") !== "Cluster");
}

function scopeKey({ group, kind }: Pick<Kind, "group" | "kind">): string {
  return `${group}/${kind}`;
}

async function isReachable(connection: Connection, { log, signal }: Call): Promise<boolean> {
  try {
    await connection.required().ping(signal);
    return true;
  } catch (error) {
    log.warning(`left as it is, as skipUpdateUnreachable is set: ${(error as Error).message}`);
    return false;
  }
}
