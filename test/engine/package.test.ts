import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { facadeSchema } from "../../package/generate-schema";
import { locateTestPrograms, locateToolchain } from "../../toolchain";
import { type ControlPlane, startControlPlane } from "./apiserver";
import { type Packed, pack } from "./packed";
import { PulumiProject } from "./support";

const root = path.resolve(__dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "cni-lab-package-"));
let packed: Packed;
let api: ControlPlane;
let stack: PulumiProject;

beforeAll(async () => {
  const { binDir } = locateToolchain();
  [packed, api, stack] = await Promise.all([
    pack(folder),
    startControlPlane(binDir),
    PulumiProject.make(binDir, ["kubernetes", "command"], locateTestPrograms().yamlHost),
  ]);
  // Programs get the package that was packed.
  unlinkSync(path.join(stack.dir, "node_modules"));
  symlinkSync(path.join(packed.project, "node_modules"), path.join(stack.dir, "node_modules"));
});

afterAll(async () => {
  await api?.stop();
  await stack?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const installed = (file: string) => readFileSync(path.join(packed.project, "node_modules/cni-lab", file), "utf8");

test("the package holds the code that it names, with its types, and nothing that an older build left", () => {
  const { main, types, exports } = JSON.parse(installed("package.json"));
  expect(packed.files).toContain(main);
  expect(packed.files).toContain(types);
  expect([exports["."].default, exports["."].types]).toEqual([`./${main}`, `./${types}`]);
  expect(packed.files).toEqual(
    expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "plugin/PulumiPlugin.yaml"]),
  );
  expect(
    packed.files.filter(
      (file) => !/^(dist\/.*\.(js|d\.ts|json)|plugin\/[\w.-]+|[A-Z]+(\.md)?|package\.json)$/.test(file),
    ),
  ).toEqual([]);
  expect(packed.files).not.toContain("dist/gone.js");
  expect(packed.files.filter((file) => /^dist\/(?!components|lib)/.test(file))).toEqual([]);
});

test("it brings what the components use and no more: at most 60 MB, the SDKs aside", () => {
  expect(packed.size).toBeLessThan(60e6);
  const { dependencies, peerDependencies } = JSON.parse(installed("package.json"));
  const used = new Set(
    packed.files
      .filter((file) => file.endsWith(".js"))
      .flatMap((file) => [...installed(file).matchAll(/require\("([^."][^"]*)"\)/g)])
      .map(([, name = ""]) =>
        name
          .split("/")
          .slice(0, name.startsWith("@") ? 2 : 1)
          .join("/"),
      )
      .filter((name) => !name.startsWith("node:")),
  );
  expect([...used].sort()).toEqual([...Object.keys(dependencies), ...Object.keys(peerDependencies)].sort());
});

/** A program of somebody else, which uses every component. */
const outside = readFileSync(path.join(__dirname, "package.program.ts"), "utf8");

describe("a program elsewhere", () => {
  test.each([
    ["node10", ts.ModuleKind.CommonJS, ts.ModuleResolutionKind.Node10],
    ["nodenext", ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ] as const)(
    "is of the right types, and so is every file of the package, with %s",
    (name, module, moduleResolution) => {
      const file = path.join(packed.project, `${name}.ts`);
      writeFileSync(file, outside);
      const program = ts.createProgram([file], {
        ...{ module, moduleResolution, strict: true, skipLibCheck: false, noEmit: true },
        ...{ target: ts.ScriptTarget.ES2022, types: ["node"] },
      });
      // Not those of the SDKs: to look through Kubernetes' alone takes a minute.
      const own = program.getSourceFiles().filter(({ fileName }) => /\/(cni-lab|project\/\w+\.ts$)/.test(fileName));
      const packaged = own.filter(({ fileName }) => fileName.includes("node_modules/cni-lab/dist/"));
      expect(packaged.length).toBeGreaterThan(50);
      const problems = own.flatMap((source) => [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ]);
      expect(
        problems.map(
          ({ file: at, messageText }) => `${at?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
        ),
      ).toEqual([]);
    },
  );

  test("gets no file of the package by its path", async () => {
    const { stderr } = await execa("node", ["-e", 'require("cni-lab/dist/lib/shell")'], {
      cwd: packed.project,
      reject: false,
    });
    expect(stderr).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  test("runs under mocks, by require and by import", async () => {
    const mocks = `
      const pulumi = require("@pulumi/pulumi");
      const seen = [];
      pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => (seen.push(name), { id: name, state: inputs }), call: () => ({}) });
      import("cni-lab").then(({ Flannel }) => {
        const { Multus } = require("cni-lab");
        new Flannel("a"), new Multus("b");
        return pulumi.runtime.disconnect();
      }).then(() => console.log(seen.sort().join(" ")));`;
    const { stdout } = await execa("node", ["-e", mocks], { cwd: packed.project });
    expect(stdout.split(" ")).toEqual(expect.arrayContaining(["a-daemonset", "b-definitions"]));
  });

  test("comes up on the engine, changes nothing the second time, and goes", async () => {
    await stack.program(clusters('{ network: pulumi.output("10.1.0.0/16") }'));
    writeFileSync(path.join(stack.dir, "kubeconfig"), api.kubeconfig);
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
    const conf = await api.kubectl(
      "get",
      "configmap",
      "-n",
      "kube-flannel",
      "kube-flannel-cfg",
      "-o",
      "jsonpath={.data}",
    );
    expect(conf).toContain("10.1.0.0/16");
    const again = await stack.up();
    expect(Object.keys(again.changes), again.output).toEqual(["same"]);
  });
});

/** A program with a CNI, Multus and a network, one after the other. */
const clusters = (flannel: string) => `
  const { Cni, Multus, MacvlanNetwork } = require("cni-lab");
  const provider = new k8s.Provider("cluster", { kubeconfig: "kubeconfig" });
  const cni = new Cni("cni", { type: "flannel", ...${flannel} }, { provider });
  const multus = new Multus("multus", {}, { provider, dependsOn: [...cni.ready] });
  const ipam = { type: "static" };
  const network = new MacvlanNetwork(
    "lan",
    { namespace: "default", network: pulumi.output("lan"), master: "eth1", ipam },
    { provider, dependsOn: multus.definitions },
  );
  module.exports = { network: network.definition.metadata.name };`;

describe("what is known only later", () => {
  test("is refused when it is wrong, by its name and without a stack, before anything of the component is made", async () => {
    await stack.program(clusters('{ network: pulumi.output("10.1.0.0/99") }').replace('"cni"', '"other"'));
    const { exitCode, output, events } = await stack.up();
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain('network is "10.1.0.0/99": must be an IPv4 network, for example 10.244.0.0/16');
    expect(output).not.toMatch(/\n\s+at .*\.js:\d+/);
    const made = events.flatMap(({ resourcePreEvent }) =>
      resourcePreEvent?.metadata.op === "create" ? [resourcePreEvent.metadata.urn] : [],
    );
    expect(made.filter((urn) => urn.includes("Flannel$"))).toEqual([]);
  });

  test("may never come: the run ends with an error that says so", async () => {
    await stack.program(clusters("{ network: new Promise(() => undefined) }").replace('"cni"', '"never"'));
    const { exitCode, output } = await stack.preview();
    expect(exitCode, output).not.toBe(0);
    expect(output).toMatch(/promise/i);
  });
});

test("objects that somebody else has made are refused by their name, and left as they are", async () => {
  await api.kubectl("create", "namespace", "cni-lab");
  await stack.program(`
    const { Probe } = require("cni-lab");
    new Probe("probe", { image: "registry/probe:1" }, { provider: new k8s.Provider("theirs", { kubeconfig: "kubeconfig" }) });`);
  const { exitCode, output } = await stack.up();
  expect(exitCode, output).not.toBe(0);
  expect(output).toMatch(/cni-lab.*already exists/);
  const labels = await api.kubectl("get", "namespace", "cni-lab", "-o", "jsonpath={.metadata.labels}");
  expect(labels).not.toContain("pulumi");
});

test("children that were called otherwise before are taken over", async () => {
  await stack.program(clusters('{ network: "10.1.0.0/16" }'));
  await stack.up();
  const former = (urn: string) => urn.replace(/::cni-flannel(?=$|-)/, "::flannel");
  stack.editState((resources) =>
    JSON.parse(JSON.stringify(resources), (_, value) => (typeof value === "string" ? former(value) : value)),
  );
  const { changes, output } = await stack.preview();
  expect(Object.keys(changes), output).toEqual(["same"]);
});

test("two clusters in one program have a CNI, Multus and Confluence each", async () => {
  await stack.program(`
    const { Cni, Confluence, Multus } = require("cni-lab");
    for (const name of ["one", "two"]) {
      const opts = { provider: new k8s.Provider(name, { kubeconfig: "kubeconfig" }) };
      const database = { url: "jdbc:x", user: "u", password: "p" };
      new Cni(name + "-cni", { type: "flannel" }, opts);
      new Multus(name + "-multus", {}, opts);
      const join = { type: "kubernetes" };
      new Confluence(name + "-confluence", { namespace: "default", image: "registry/i:1", join, database }, opts);
    }`);
  const { exitCode, output } = await stack.preview();
  expect(exitCode, output).toBe(0);
});

describe("the examples", () => {
  const examples = readdirSync(path.join(root, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const place = (name: string) => path.join(packed.project, "examples", name);
  const machine = { name: "n1", address: "192.0.2.11", hostKey: "ssh-ed25519 AAAA" };

  beforeAll(() => cpSync(path.join(root, "examples"), path.join(packed.project, "examples"), { recursive: true }));

  test("are of the right types", async () => {
    for (const name of examples) {
      // Compiled beside their sources: Pulumi's own way would do it once more for each of them.
      writeFileSync(path.join(place(name), "package.json"), '{ "main": "index.js" }');
    }
    const files = examples.map((name) => path.join(place(name), "index.ts"));
    const options = ["--strict", "--skipLibCheck", "--module", "commonjs", "--moduleResolution", "node10"];
    const tsc = path.join(root, "node_modules/.bin/tsc");
    const { exitCode, stdout } = await execa(tsc, [...options, "--target", "es2022", "--types", "node", ...files], {
      cwd: packed.project,
      reject: false,
    });
    expect(exitCode, stdout).toBe(0);
  });

  test.each(examples)("%s plans what it says", async (name) => {
    const at = ["--cwd", place(name)];
    const set = async (key: string, value: string, ...how: string[]) => {
      const { exitCode, output } = await stack.run("config", "set", ...at, ...how, key, value);
      expect(exitCode, output).toBe(0);
    };
    expect((await stack.run("stack", "init", "demo", ...at)).exitCode).toBe(0);
    await set("kubernetes:kubeconfig", api.kubeconfigFile, "--plaintext");
    const program = readFileSync(path.join(place(name), "index.ts"), "utf8");
    for (const [, secret = ""] of program.matchAll(/requireSecret\("(\w+)"\)/g)) await set(secret, "x", "--secret");
    if (program.includes('"kubeconfig"')) await set("kubeconfig", api.kubeconfigFile, "--plaintext");
    if (program.includes('"nodes"')) {
      for (const [key, value] of Object.entries(machine)) await set(`nodes[0].${key}`, value, "--path", "--plaintext");
    }
    const { exitCode, output } = await stack.run("preview", ...at);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/\d+ to create/);
  });
});

describe("for programs in other languages", () => {
  const plugin = () => path.join(packed.project, "node_modules/cni-lab/plugin");

  test("the schema is what Pulumi's analyzer reads off the types", () => {
    expect(readFileSync(path.join(root, "package/plugin/schema.json"), "utf8")).toBe(facadeSchema());
  });

  test("the CLI gets it from the plugin, with the package's version", async () => {
    const { exitCode, output } = await stack.run(
      "package",
      "get-schema",
      path.join(plugin(), "pulumi-resource-cni-lab"),
    );
    expect(exitCode, output).toBe(0);
    const { version, resources } = JSON.parse(output);
    expect(version).toBe(JSON.parse(installed("package.json")).version);
    expect(Object.keys(resources).sort()).toEqual(
      ["ConfluenceCluster", "FlannelCni", "SecondaryNetwork"].map((name) => `cni-lab:index:${name}`),
    );
    expect(resources["cni-lab:index:FlannelCni"].inputProperties.network.description).toContain("10.244.0.0/16");
  });

  test("a program in YAML comes up by it, and a wrong argument is refused by its name", async () => {
    const dir = path.join(packed.project, "yaml");
    mkdirSync(dir);
    const program = (properties: string) => `
name: cni-lab-yaml
runtime: yaml
plugins:
  providers:
    - name: cni-lab
      path: ${plugin()}
resources:
  pods:
    type: cni-lab:FlannelCni
    properties: ${properties}
  lan:
    type: cni-lab:SecondaryNetwork
    properties: { namespace: default, network: yaml-lan, master: eth1 }
    options: { dependsOn: ["\${pods}"] }
outputs:
  daemonSet: \${pods.daemonSet}
  request: \${lan.request}
`;
    const write = (properties: string) => writeFileSync(path.join(dir, "Pulumi.yaml"), program(properties));
    const at = ["--cwd", dir];
    write("{ network: 10.1.0.0/99 }");
    expect((await stack.run("stack", "init", "demo", ...at)).exitCode).toBe(0);
    await stack.run("config", "set", "kubernetes:kubeconfig", api.kubeconfigFile, "--plaintext", ...at);
    const refused = await stack.run("preview", ...at);
    expect(refused.exitCode, refused.output).not.toBe(0);
    expect(refused.output).toContain('network is "10.1.0.0/99": must be an IPv4 network');
    // The objects have fixed names: those of the programs before go first.
    const gone = await stack.destroy();
    expect(gone.exitCode, gone.output).toBe(0);
    write("{ network: 10.1.0.0/16, backend: host-gw }");
    const up = await stack.run("up", "--yes", "--skip-preview", ...at);
    expect(up.exitCode, up.output).toBe(0);
    expect(up.output).toContain('daemonSet: "kube-flannel-ds"');
    const conf = await api.kubectl(
      "get",
      "-n",
      "kube-flannel",
      "configmap",
      "kube-flannel-cfg",
      "-o",
      "jsonpath={.data}",
    );
    expect(conf).toMatch(/10\.1\.0\.0\/16.*host-gw/);
  });
});
