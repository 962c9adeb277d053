import { describe, expect, it } from "vitest";
import type { Tree } from "../../toolchain/plugins/host";
import { row } from "../plugin-page";
import { benchOfFile, failureOf, Resource } from "./plugin-resource";

// What the plugin waits for, against a real API server whose load balancers, volumes and pods are this test.

const bench = benchOfFile();

const apply = (object: Tree): Promise<string> => bench.api().kubectlWith(object, "apply", "-f", "-");
const setStatus = (object: string, status: Tree): Promise<string> =>
  bench.api().kubectl("patch", object, "--subresource=status", "--type=merge", "-p", JSON.stringify({ status }));
/** When the plugin says that it waits for this. */
const waitsFor = (what: RegExp): Promise<void> =>
  expect.poll(() => bench.said.join("\n"), { timeout: 30_000 }).toMatch(what);
const address: Tree = { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } };

describe("a Service", () => {
  const balanced = (name: string, annotations: Tree = {}): Tree => ({
    metadata: { name, annotations },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
  });

  it("of type LoadBalancer is created when it has an address, which stands in the outputs", async () => {
    const service = new Resource(bench, "kubernetes:core/v1:Service", "lb");
    const creating = service.create(balanced("lb"));
    await waitsFor(/waiting for an address in status\.loadBalancer\.ingress/);
    await setStatus("service/lb", address);
    expect((await creating).status).toEqual({ loadBalancer: { ingress: [{ ip: "192.0.2.7", ipMode: "VIP" }] } });
    expect(await service.read()).toBeDefined();
  });

  it("that gets none ends at its deadline with what lacked last, and a refresh sees it too", async () => {
    const service = new Resource(bench, "kubernetes:core/v1:Service", "none");
    const failed = await failureOf(service.create(balanced("none"), 1));
    expect(failed.message).toMatch(/^Service default\/none was not ready within 1 s: waiting for an address in status/);
    service.id = "default/none";
    service.inputs = await service.check(balanced("none"));
    expect((await failureOf(service.read())).message).toMatch(
      /^Service default\/none is not ready: waiting for an addr/,
    );
    await new Resource(bench, "kubernetes:core/v1:Service", "skip").create(
      balanced("skip", { "pulumi.com/skipAwait": "true" }),
    );
    expect(bench.said.filter((line) => /waiting/.test(line))).toHaveLength(1);
  });

  it("waits for the pods behind it", async () => {
    const endpoints = (ready: boolean): Tree => ({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.1.0.1"], conditions: { ready }, targetRef: { kind: "Pod", name: "web-0" } }],
    });
    await apply(endpoints(false));
    const spec = { selector: { app: "web" }, ports: [{ port: 80 }] };
    const creating = new Resource(bench, "kubernetes:core/v1:Service", "web").create({
      metadata: { name: "web" },
      spec,
    });
    await waitsFor(/waiting for the pods behind it: web-0 not ready/);
    await apply(endpoints(true));
    await creating;
  });
});

it("an Ingress is created when it has an address", async () => {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const spec = { rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] };
  const ingress = new Resource(bench, "kubernetes:networking.k8s.io/v1:Ingress", "in");
  const creating = ingress.create({ metadata: { name: "in" }, spec });
  await waitsFor(/waiting for an address .* an ingress controller of its class writes it/);
  await setStatus("ingress/in", address);
  expect((await creating).status).toEqual(address);
});

describe("a PersistentVolumeClaim", () => {
  const claim = (name: string, storageClassName: string): Tree => ({
    metadata: { name },
    spec: { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const storageClass = (name: string, volumeBindingMode: string): Tree => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    provisioner: "example.com/none",
    volumeBindingMode,
  });

  it("is created when it is bound, or at once where its class waits for a pod", async () => {
    await apply(storageClass("now", "Immediate"));
    await apply(storageClass("later", "WaitForFirstConsumer"));
    const creating = new Resource(bench, "kubernetes:core/v1:PersistentVolumeClaim", "now").create(claim("now", "now"));
    await waitsFor(/is Pending: storage class "now" has no volume for it yet/);
    await setStatus("pvc/now", { phase: "Bound" });
    expect((await creating).status).toMatchObject({ phase: "Bound" });
    await new Resource(bench, "kubernetes:core/v1:PersistentVolumeClaim", "later").create(claim("later", "later"));
  });

  it(`${row("`customTimeouts` on a PersistentVolume, a claim, a quota")}: ends at its own deadline`, async () => {
    const none = new Resource(bench, "kubernetes:core/v1:PersistentVolumeClaim", "none");
    expect((await failureOf(none.create(claim("none", "none"), 1))).message).toMatch(
      /^PersistentVolumeClaim default\/none was not ready within 1 s: is Pending: there is no storage class "none"/,
    );
  });
});
