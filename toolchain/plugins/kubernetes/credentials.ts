import { Agent, type RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { keptConnections } from "./kept-connections";
import type { Kubeconfig } from "./kubeconfig";

/**
 * How to connect as the kubeconfig says: by the Kubernetes client library, which knows every form of user.
 * Import this module only when there is something to ask the API server: loading the library takes longer than all else.
 */
export async function connectionOptions({ file }: Kubeconfig): Promise<RequestOptions> {
  const config = new KubeConfig();
  config.loadFromString(stringify(file));
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  // Its agent opens a connection for each request; one for a proxy has to stay.
  if (config.getCurrentCluster()?.proxyUrl !== undefined) return options;
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const agent = new Agent({ ca, cert, key, rejectUnauthorized, servername, ...keptConnections });
  return { ...options, agent };
}
