import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Failures, Secret, type Tree, UNKNOWN } from "../../toolchain/plugins/host";
import { checkConfig, diffConfig } from "../../toolchain/plugins/kubernetes/config";
import { Connection } from "../../toolchain/plugins/kubernetes/connection";
import { readKubeconfig } from "../../toolchain/plugins/kubernetes/kubeconfig";
import { readSettings } from "../../toolchain/plugins/kubernetes/settings";
import { row } from "../plugin-page";

const folder = mkdtempSync(join(tmpdir(), "cni-lab-kubeconfig-"));
afterAll(() => rmSync(folder, { recursive: true }));

const kubeconfig = (server: string, extra = ""): string => `
apiVersion: v1
kind: Config
clusters:
- {name: one, cluster: {server: "${server}"}}
- {name: two, cluster: {server: "https://two:6443"}}
users: [{name: u, user: {token: ${extra || "t"}}}]
contexts:
- {name: first, context: {cluster: one, user: u, namespace: lab}}
- {name: second, context: {cluster: two, user: u}}
current-context: first
`;

describe("readKubeconfig", () => {
  it("reads contents and files, and honours context and cluster", () => {
    const text = kubeconfig("https://one:6443");
    const file = join(folder, "config");
    writeFileSync(file, text);
    expect(readKubeconfig({ kubeconfig: text })).toMatchObject({ server: "https://one:6443", namespace: "lab" });
    expect(readKubeconfig({ kubeconfig: file })).toMatchObject({ server: "https://one:6443", namespace: "lab" });
    expect(readKubeconfig({ kubeconfig: text, context: "second" })).toMatchObject({
      server: "https://two:6443",
      namespace: "default",
    });
    const moved = readKubeconfig({ kubeconfig: text, cluster: "two" });
    expect(moved.server).toBe("https://two:6443");
    expect(moved.file).toMatchObject({ "current-context": "first" });
    expect(moved.file.contexts).toContainEqual({
      name: "first",
      context: { cluster: "two", user: "u", namespace: "lab" },
    });
  });

  it("names what is wrong", () => {
    const gone = join(folder, "gone");
    expect(() => readKubeconfig({ kubeconfig: gone })).toThrow(
      `kubeconfig ${gone}: can't be read (ENOENT); give the provider's kubeconfig an existing file, or its contents`,
    );
    expect(() => readKubeconfig({ kubeconfig: kubeconfig("https://a"), context: "x" })).toThrow(
      'kubeconfig (given as text): has no context "x"; it has first, second; set the provider\'s context to one of them',
    );
    expect(() => readKubeconfig({ kubeconfig: kubeconfig("https://a"), cluster: "x" })).toThrow(
      'kubeconfig (given as text): has no cluster "x" with a server; it has one, two',
    );
    expect(() => readKubeconfig({ kubeconfig: "a: [hush\n" })).toThrow(/^kubeconfig \(given as text\): is no YAML: /);
    expect(() => readKubeconfig({ kubeconfig: "a: [hush\n" })).not.toThrow(/hush/);
    expect(() => readKubeconfig({ kubeconfig: "- a\n- b\n" })).toThrow(/is no kubeconfig/);
  });

  it("merges the files of KUBECONFIG: the first that names an entry wins, and one that is not there is empty", () => {
    const [one, two, gone] = [join(folder, "one"), join(folder, "two"), join(folder, "not-there")];
    writeFileSync(one, kubeconfig("https://one:6443"));
    writeFileSync(two, kubeconfig("https://other:6443").replaceAll("first", "third"));
    const env = { KUBECONFIG: [gone, one, two].join(":") };
    expect(readKubeconfig({}, { env })).toMatchObject({ server: "https://one:6443", namespace: "lab" });
    expect(readKubeconfig({ context: "third" }, { env }).server).toBe("https://one:6443");
    expect(() => readKubeconfig({ context: "fourth" }, { env })).toThrow(
      `kubeconfig ${one}:${two}: has no context "fourth"; it has first, second, third`,
    );
    expect(() => readKubeconfig({}, { env: { KUBECONFIG: `${gone}:${gone}` } })).toThrow(
      `kubeconfig ${gone}: can't be`,
    );
  });

  it("finds files that are named relative to the kubeconfig", () => {
    const file = join(folder, "relative");
    const cluster = { server: "https://one:6443", "certificate-authority": "pki/ca.crt" };
    const user = { "client-certificate": "a.crt", "client-key": "/abs/a.key", exec: { command: "./login" } };
    const context = { cluster: "c", user: "u" };
    const [clusters, users] = [[{ name: "c", cluster }], [{ name: "u", user }]];
    const contexts = [{ name: "x", context }];
    writeFileSync(file, JSON.stringify({ clusters, users, contexts, "current-context": "x" }));
    const { file: read } = readKubeconfig({ kubeconfig: file });
    expect(read.clusters).toEqual([
      { name: "c", cluster: { ...cluster, "certificate-authority": join(folder, "pki/ca.crt") } },
    ]);
    const rooted = { ...user, "client-certificate": join(folder, "a.crt"), exec: { command: join(folder, "login") } };
    expect(read.users).toEqual([{ name: "u", user: rooted }]);
  });

  it("takes a pod's account where there is nothing else", () => {
    const accountFolder = join(folder, "account");
    mkdirSync(accountFolder);
    const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
    const { HOME } = process.env;
    process.env.HOME = accountFolder;
    try {
      expect(() => readKubeconfig({}, { env, accountFolder })).toThrow(/\.kube\/config: can't be read \(ENOENT\)/);
      writeFileSync(join(accountFolder, "token"), "t");
      writeFileSync(join(accountFolder, "namespace"), "mine\n");
      const { server, namespace, file } = readKubeconfig({}, { env, accountFolder });
      expect({ server, namespace }).toEqual({ server: "https://10.0.0.1:443", namespace: "mine" });
      expect(file.users).toEqual([{ name: "pod", user: { tokenFile: join(accountFolder, "token") } }]);
    } finally {
      process.env.HOME = HOME;
    }
  });

  it("is not needed before there is something to ask", () => {
    const connection = new Connection({ kubeconfig: join(folder, "gone") });
    expect(connection.current()).toBeUndefined();
    expect(connection.defaultNamespace()).toBe("default");
    expect(() => connection.required()).toThrow(/can't be read/);
  });
});

describe("settings", () => {
  it("reads JSON texts, secrets and unknowns", () => {
    expect(readSettings({ kubeconfig: UNKNOWN }).choice).toBeUndefined();
    expect(readSettings({ kubeconfig: new Secret("a: b\n") }).choice?.kubeconfig).toBe("a: b\n");
    expect(readSettings({ enablePatchForce: "true" }).enablePatchForce).toBe(true);
    expect(readSettings({ enablePatchForce: "false" }).enablePatchForce).toBe(false);
    expect(readSettings({}).deleteUnreachable).toBe(false);
  });
});

describe("checkConfig", () => {
  const reasons = (news: Tree) => {
    const checked = checkConfig(news);
    return checked instanceof Failures ? checked.failures.map(({ property, reason }) => `${property}: ${reason}`) : [];
  };

  it("accepts what the lab sets, and unknowns", () => {
    expect(reasons({ kubeconfig: new Secret("x"), clusterIdentifier: "id", enableServerSideApply: "true" })).toEqual(
      [],
    );
    expect(reasons({ kubeconfig: UNKNOWN, enableServerSideApply: UNKNOWN, renderYamlToDirectory: "" })).toEqual([]);
  });

  it(row("`kubeClientSettings`, `helmReleaseSettings`, `alwaysRender`, `PULUMI_K8S_CLIENT_*`"), () => {
    const told: string[] = [];
    const env = { PULUMI_K8S_CLIENT_QPS: "5", PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    const warn = (text: string): void => void told.push(text);
    expect(checkConfig({ kubeClientSettings: '{"qps":1}' }, warn, env)).toHaveProperty("inputs");
    expect(told).toEqual([
      "kubeClientSettings has no effect: not supported by cni-lab's own kubernetes plugin",
      "PULUMI_K8S_CLIENT_QPS has no effect: not supported by cni-lab's own kubernetes plugin",
    ]);
  });

  it("refuses by name what it can't do, all at once", () => {
    expect(reasons({ renderYamlToDirectory: "out", enableServerSideApply: "false", strictMode: "true" })).toEqual([
      "strictMode: not supported by cni-lab's own kubernetes plugin; remove it, or use the official plugin (CNI_LAB_PLUGINS=official)",
      "renderYamlToDirectory: not supported by cni-lab's own kubernetes plugin, which only works on a cluster; remove it, or use the official plugin (CNI_LAB_PLUGINS=official)",
      "enableServerSideApply: false is not supported by cni-lab's own kubernetes plugin, which has every object applied by the server; remove it, or use the official plugin (CNI_LAB_PLUGINS=official)",
    ]);
  });
});

describe("diffConfig", () => {
  const diff = (olds: Tree, news: Tree) => {
    const { changes, replaces } = diffConfig(olds, news);
    return { changes: [...changes.keys()], replaces: [...(replaces ?? [])] };
  };
  const one = kubeconfig("https://one:6443");
  const moved = kubeconfig("https://other:6443");

  it("replaces when the active cluster is another, not when only the user is", () => {
    expect(diff({ kubeconfig: one }, { kubeconfig: one })).toEqual({ changes: [], replaces: [] });
    expect(diff({ kubeconfig: one }, { kubeconfig: moved })).toEqual({
      changes: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    expect(diff({ kubeconfig: one }, { kubeconfig: kubeconfig("https://one:6443", "new") })).toEqual({
      changes: ["kubeconfig"],
      replaces: [],
    });
    expect(diff({ kubeconfig: one }, { kubeconfig: one, context: "second" }).replaces).toEqual(["context"]);
    expect(diff({ kubeconfig: one }, { kubeconfig: one, namespace: "n" })).toEqual({
      changes: ["namespace"],
      replaces: [],
    });
  });

  it("takes a kubeconfig that is not known yet for another cluster", () => {
    expect(diff({ kubeconfig: one }, { kubeconfig: UNKNOWN }).replaces).toEqual(["kubeconfig"]);
  });

  it("believes an unchanged clusterIdentifier, and a changed one", () => {
    const id = { clusterIdentifier: "c1" };
    expect(diff({ kubeconfig: one, ...id }, { kubeconfig: moved, ...id }).replaces).toEqual([]);
    expect(diff({ kubeconfig: one, ...id }, { kubeconfig: UNKNOWN, ...id }).replaces).toEqual([]);
    expect(diff({ kubeconfig: one, ...id }, { kubeconfig: one, clusterIdentifier: "c2" }).replaces).toEqual([
      "clusterIdentifier",
    ]);
    expect(diff({ kubeconfig: one }, { kubeconfig: one, ...id }).replaces).toEqual([]);
    expect(diff({ kubeconfig: one, ...id }, { kubeconfig: one, clusterIdentifier: UNKNOWN }).replaces).toEqual([
      "clusterIdentifier",
    ]);
  });
});
