import type { Provider, ResourceHandler, Tree } from "../host";
import { create, update } from "./apply";
import { check, type Scopes } from "./check";
import { checkConfig, diffConfig } from "./config";
import { Connection } from "./connection";
import { remove } from "./delete";
import { diff } from "./diff";
import { read } from "./refresh";
import { schema } from "./schema";
import { parseToken, refuseFunction } from "./token";

/**
 * The Kubernetes plugin: any kind that an API server serves, by server-side apply.
 *
 * Where it differs from the official plugin of the same version stands in the README of the plugins.
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
    schema: schema(),
    takesAutonaming: true,
    resource(type) {
      parseToken(type);
      return handler;
    },
    function: refuseFunction,
    checkConfig: async ({ news }, { log }) => checkConfig(news, log.warning),
    diffConfig: async ({ state, oldInputs, news }) =>
      diffConfig(Object.keys(oldInputs).length > 0 ? oldInputs : state, news),
    async configure(config: Tree) {
      connection = new Connection(config);
    },
  };
}
