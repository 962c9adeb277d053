import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { locateToolchain } from "../../toolchain";
import { type ControlPlane, startControlPlane } from "./apiserver";
import { type Operation, PulumiProject } from "./support";

const crd = "network-attachment-definitions.k8s.cni.cncf.io";

let api: ControlPlane;
let project: PulumiProject;
beforeAll(async () => {
  const { binDir } = locateToolchain();
  [api, project] = await Promise.all([
    startControlPlane(binDir),
    PulumiProject.make(binDir, ["kubernetes", "command"]),
  ]);
  writeFileSync(join(project.dir, "kubeconfig"), api.kubeconfig);
});
afterAll(async () => {
  await api?.stop();
  await project?.dispose();
});

const program = (definitions: string, more = "") => `
  const { ExistingNetwork, MacvlanNetwork, Multihomed, Multus } = require("./components");
  const opts = { provider: new k8s.Provider("cluster", { kubeconfig: "kubeconfig" }) };
  const multus = new Multus("multus", { definitions: "${definitions}", skipAwait: true }, opts);
  const after = { ...opts, dependsOn: multus.definitions };
  new MacvlanNetwork("own", { namespace: "default", network: "own", master: "eth1", ipam: { type: "static" } }, after);
  ${more}`;

/** Pods on a network that somebody else has made. */
const onTheirs = `
  const namespace = new k8s.core.v1.Namespace("namespace", { metadata: { name: "cni-lab" } }, opts);
  const network = new ExistingNetwork("theirs", { network: "theirs", namespace: "default" }, after);
  new Multihomed("pods", { image: "i", leased: { network, skipAwait: true } }, { ...opts, dependsOn: namespace });`;

const ok = ({ exitCode, output, changes }: Operation) => {
  expect(exitCode, output).toBe(0);
  return changes;
};
const failed = ({ exitCode, output }: Operation) => {
  expect(exitCode, output).not.toBe(0);
  return output;
};
const networks = async () => (await api.kubectl("get", "net-attach-def", "-n", "default", "-o", "name")).split("\n");
const theirs = (config: object) => ({
  apiVersion: "k8s.cni.cncf.io/v1",
  kind: "NetworkAttachmentDefinition",
  metadata: { name: "theirs", namespace: "default" },
  spec: { config: JSON.stringify(config) },
});
const podAnnotations = async () =>
  JSON.parse(await api.kubectl("get", "daemonset", "leased", "-n", "cni-lab", "-o", "json")).spec.template.metadata
    .annotations;

test("the kind is this program's, and goes with it", async () => {
  await project.program(program("made"));
  ok(await project.up());
  expect(await networks()).toEqual(["networkattachmentdefinition.k8s.cni.cncf.io/own"]);
  ok(await project.destroy());
  expect(await api.kubectl("get", "crd", "-o", "name")).not.toContain(crd);
});

test("a kind that is to be there, and is not, is named by a preview already", async () => {
  await project.program(program("existing"));
  expect(failed(await project.preview())).toMatch(
    new RegExp(`CustomResourceDefinition \\(multus-definitions\\):\n.*resource '${crd}' does not exist`),
  );
});

/** A stack's config that takes both as there. */
const taken = `
  const { requireDefinitions } = require("./stacks/existing-definitions");
  const wanted = { networks: ["macvlan-conf-2"], multusDefinitions: "existing", confluence: "on", confluenceNetwork: "default/theirs" };
  requireDefinitions(wanted, require("node:fs").readFileSync("kubeconfig", "utf8"));`;

test("a stack whose config takes the kind as there says what to do", async () => {
  await project.program(taken);
  expect(failed(await project.preview())).toContain(`multusDefinitions is "existing": the cluster has no kind`);
});

test("a kind that is let go of stays, with all its networks", async () => {
  await project.program(program("made"));
  ok(await project.up());
  const { uid } = JSON.parse(await api.kubectl("get", "crd", crd, "-o", "json")).metadata;
  await project.program(program("existing"));
  const { delete: deleted, replace } = ok(await project.up());
  expect([deleted, replace]).toEqual([undefined, undefined]);
  await api.kubectlWith(theirs({ type: "macvlan" }), "create", "-f", "-");
  ok(await project.destroy());
  expect(await networks()).toEqual(["networkattachmentdefinition.k8s.cni.cncf.io/theirs"]);
  expect(JSON.parse(await api.kubectl("get", "crd", crd, "-o", "json")).metadata.uid).toBe(uid);
});

test("pods ask for a network of somebody's, and are others when it is", async () => {
  await project.program(program("existing", onTheirs));
  ok(await project.up());
  expect(await podAnnotations()).toEqual({
    "k8s.v1.cni.cncf.io/networks": '[{"name":"theirs","namespace":"default","interface":"net1"}]',
    "cni-lab/config": '{"type":"macvlan"}',
  });
  const { same, ...others } = ok(await project.preview());
  expect([same, others]).toEqual([expect.any(Number), {}]);
  await api.kubectlWith(theirs({ type: "ipvlan" }), "replace", "-f", "-");
  ok(await project.up());
  expect((await podAnnotations())["cni-lab/config"]).toBe('{"type":"ipvlan"}');
});

test("a stack whose config takes the network as there goes on with it, and says what to do without", async () => {
  await project.program(taken);
  ok(await project.preview());
  await api.kubectl("delete", "net-attach-def", "theirs", "-n", "default");
  expect(failed(await project.preview())).toContain(
    'confluenceNetwork is "default/theirs": is no NetworkAttachmentDefinition of the cluster, which has: default/own;',
  );
});

test("a network that is to be there, and is not, is named by a preview already", async () => {
  await project.program(program("existing", onTheirs));
  expect(failed(await project.preview())).toMatch(
    /NetworkAttachmentDefinition \(theirs-definition\):\n.*resource 'default\/theirs' does not exist/,
  );
});

test("without the program all of somebody's is there", async () => {
  await api.kubectlWith(theirs({ type: "macvlan" }), "create", "-f", "-");
  ok(await project.destroy());
  expect(await networks()).toEqual(["networkattachmentdefinition.k8s.cni.cncf.io/theirs"]);
});
