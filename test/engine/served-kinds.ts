import { isBuiltIn } from "../../toolchain/plugins/kubernetes/token";
import type { ControlPlane } from "./apiserver";

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface Described {
  readonly "x-kubernetes-group-version-kind"?: GroupVersionKind;
  readonly "x-kubernetes-action"?: string;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly definitions: Readonly<Record<string, Definition>>;
}

interface Definition {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly "x-kubernetes-group-version-kind"?: readonly GroupVersionKind[];
}

/** What every object has, and what only the API server writes. */
const common = ["apiVersion", "kind", "metadata", "status"];

/** The kinds of Kubernetes itself that can be made and read, with their fields, as the API server's own OpenAPI document has them. */
export async function servedKinds({ kubectl }: ControlPlane): Promise<Record<string, Record<string, string[]>>> {
  const { paths, definitions }: OpenApi = JSON.parse(await kubectl("get", "--raw", "/openapi/v2"));
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const able = (action: string) =>
    new Set(
      operations
        .filter((operation) => operation["x-kubernetes-action"] === action)
        .map((operation) => JSON.stringify(identity(operation["x-kubernetes-group-version-kind"]))),
    );
  const [made, read] = [able("post"), able("get")];
  const found: Record<string, Record<string, string[]>> = {};
  for (const { properties = {}, "x-kubernetes-group-version-kind": named = [] } of Object.values(definitions)) {
    for (const kind of named) {
      const key = JSON.stringify(identity(kind));
      if (!isBuiltIn(kind.group) || !made.has(key) || !read.has(key) || properties.metadata === undefined) continue;
      const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
      const fields = Object.keys(properties).filter((name) => !common.includes(name));
      found[apiVersion] = { ...found[apiVersion], [kind.kind]: fields.sort() };
    }
  }
  return found;
}

function identity(kind: GroupVersionKind | undefined): readonly (string | undefined)[] {
  return [kind?.group, kind?.version, kind?.kind];
}
