import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { warningsIn } from "../../toolchain/plugins/kubernetes/client";
import { Cluster } from "../../toolchain/plugins/kubernetes/cluster";
import { readKubeconfig } from "../../toolchain/plugins/kubernetes/kubeconfig";
import { row } from "../plugin-page";

/** An API server without TLS, as `kubectl proxy` is one; it knows one kind and warns of it. */
let server: Server;
let cluster: Cluster;
const asked: string[] = [];

const answers: Readonly<Record<string, unknown>> = {
  "/version": {},
  "/api/v1": { resources: [{ name: "endpoints", kind: "Endpoints", namespaced: true }] },
};
const answerTo = ({ method, url, headers }: IncomingMessage): unknown => {
  asked.push(`${method} ${url} ${headers["content-type"] ?? ""}`);
  return answers[url ?? ""] ?? { metadata: { name: "a" } };
};

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader("Warning", '299 - "v1 Endpoints is deprecated in v1.33+", 299 - "another \\"word\\""');
    response.end(JSON.stringify(answerTo(request)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clusters = [{ name: "c", cluster: { server: url } }];
  const contexts = [{ name: "c", context: { cluster: "c", user: "u" } }];
  const file = { clusters, contexts, users: [{ name: "u", user: {} }], "current-context": "c" };
  cluster = new Cluster(readKubeconfig({ kubeconfig: JSON.stringify(file) }));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it("speaks to an API server without TLS", async () => {
  await cluster.ping();
  expect(asked).toEqual(["GET /version "]);
});

it(`${row("warnings of old API versions")}: handed on once for each request that may change something`, async () => {
  const warned: string[] = [];
  const kind = { group: "", version: "v1", kind: "Endpoints" };
  const object = { apiVersion: "v1", kind: "Endpoints", metadata: { name: "a", namespace: "n" } };
  await cluster.apply(kind, object, { manager: "m", force: false, onWarning: (text) => void warned.push(text) });
  expect(warned).toEqual(["v1 Endpoints is deprecated in v1.33+", 'another "word"']);
  expect(warningsIn(undefined)).toEqual([]);
});

it("an apply and a JSON patch are patches of their own type", async () => {
  asked.splice(0);
  const reference = { kind: { group: "", version: "v1", kind: "Endpoints" }, namespace: "n", name: "a" };
  await cluster.patch(reference, [{ op: "replace", path: "/metadata/resourceVersion", value: "1" }]);
  expect(asked).toEqual(["PATCH /api/v1/namespaces/n/endpoints/a application/json-patch+json"]);
});
