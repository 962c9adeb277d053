import { isTree, type Tree } from "../host";
import { listAt, numberAt, textAt } from "./object";

/** One field that the API server complained about. */
export interface Cause {
  /** As the server writes it: `spec.selector`, `spec.ports[0].port`; empty for the whole object. */
  readonly field: string;
  /** `FieldValueInvalid`, `FieldValueForbidden`, `FieldManagerConflict`, ... */
  readonly reason: string;
  readonly message: string;
}

/** The API server refused a request. */
export class ApiError extends Error {
  readonly code: number;
  /** `NotFound`, `Conflict`, `Invalid`, ...; empty when the answer was no Status object. */
  readonly reason: string;
  readonly causes: readonly Cause[];

  constructor(code: number, body: string) {
    const answer = parseStatus(body);
    super(textAt(answer, "message") ?? `HTTP ${code}: ${body.slice(0, 300)}`);
    this.name = "ApiError";
    this.code = numberAt(answer, "code") || code;
    this.reason = textAt(answer, "reason") ?? "";
    this.causes = listAt(answer, "details", "causes").map((cause) => ({
      field: textAt(cause, "field") ?? "",
      reason: textAt(cause, "reason") ?? "",
      message: textAt(cause, "message") ?? "",
    }));
    this.kind = textAt(answer, "details", "kind") ?? "";
  }

  /** The resource it is about: `namespaces`, `configmaps`. */
  readonly kind: string;
}

function parseStatus(body: string): Tree {
  try {
    const answer: unknown = JSON.parse(body);
    return isTree(answer as Tree) ? (answer as Tree) : {};
  } catch {
    return {};
  }
}

/** The API server could not be reached, or could not be trusted. */
export class Unreachable extends Error {
  constructor(
    readonly server: string,
    cause: string,
  ) {
    super(`Kubernetes API server ${server} can't be reached: ${cause}; ${advice(cause)}`);
    this.name = "Unreachable";
  }
}

function advice(cause: string): string {
  if (/certificate|self.signed|altname/i.test(cause)) {
    return "its certificate is not the kubeconfig's: another cluster answers there, so check that the kubeconfig is the newest";
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(cause)) return "check the server's name in the kubeconfig";
  return "check that the cluster runs and that the kubeconfig names its address";
}

/** Whether the error says that the object is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404;
}

/** Whether the error says that the object's namespace is not there (yet). */
export function isNamespaceMissing(error: unknown): boolean {
  return error instanceof ApiError && error.code === 404 && error.kind === "namespaces";
}

/** Whether the error says that the object's fields are not acceptable, as a new object or as a change. */
export function isInvalid(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 422;
}

/** Whether another field manager owns what was applied with another value. */
export function isFieldConflict(error: unknown): error is ApiError {
  return (
    error instanceof ApiError && error.code === 409 && error.causes.some((c) => c.reason === "FieldManagerConflict")
  );
}
