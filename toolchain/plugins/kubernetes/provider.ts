import type { Provider, ResourceHandler, Tree } from "../host";
import { create, update } from "./apply";
import { check, type Scopes } from "./check";
import { checkConfig, diffConfig } from "./config";
import { Connection } from "./connection";
import { remove } from "./delete";
import { diff } from "./diff";
import { read } from "./refresh";
import { parseToken } from "./token";

/**
 * The Kubernetes plugin: any kind that an API server serves, by server-side apply.
 *
 * Where it differs from the official plugin of the same version:
 * - a create that was killed before it was recorded is taken up again instead of refused, and an update makes an object
 *   again that vanished;
 * - immutable fields are found by asking the API server too, so those of custom resources count;
 * - objects that own no others are deleted in the background, which needs no garbage collector;
 * - a preview leaves unknown what the API server will choose anew.
 */
export function kubernetesProvider(version: string): Provider {
  let connection = new Connection({});
  const scopes: Scopes = new Map();
  const handler: ResourceHandler = {
    check: (request, call) => check(request, connection, scopes, call),
    diff: (request, call) => diff(request, connection, call),
    create: (request, call) => create(request, connection, call),
    read: (request, call) => read(request, connection, call),
    update: (request, call) => update(request, connection, call),
    delete: (request, call) => remove(request, connection, call),
  };
  return {
    name: "kubernetes",
    version,
    resources: ["kubernetes:GROUP/VERSION:Kind for every kind that the API server serves"],
    functions: ["none"],
    resource(type) {
      parseToken(type);
      return handler;
    },
    function: () => undefined,
    checkConfig: async ({ news }) => checkConfig(news),
    diffConfig: async ({ state, oldInputs, news }) =>
      diffConfig(Object.keys(oldInputs).length > 0 ? oldInputs : state, news),
    async configure(config: Tree) {
      connection = new Connection(config);
    },
  };
}
