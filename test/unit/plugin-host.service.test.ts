import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Children,
  Failures,
  InitFailed,
  type Provider,
  type ResourceHandler,
  Secret,
  UNKNOWN,
} from "../../toolchain/plugins/host";
import { service } from "../../toolchain/plugins/host/service";
import { decode } from "../../toolchain/plugins/host/wire";
import { failureOf, PluginClient } from "./plugin-client";

const URN = "urn:pulumi:dev::proj::pkg:a:Parent$test:x:Thing::my::name";

const thing: ResourceHandler = {
  async check({ news, olds, autonaming }) {
    if (autonaming !== undefined) return { inputs: { named: autonaming.proposed ?? "never" } };
    if (news.bad !== undefined) return new Failures([{ property: "bad", reason: "bad: not here" }]);
    return { inputs: { ...news, hadOlds: Object.keys(olds).length } };
  },
  async diff() {
    return {
      changes: new Map([
        ["a.b", "update"],
        ["list[0]", "add"],
      ]),
      replaces: new Set(["a.b"]),
      deleteBeforeReplace: true,
    };
  },
  async create({ inputs, name, type, preview, timeoutSeconds }) {
    if (inputs.half !== undefined)
      throw new InitFailed("id-1", { live: new Secret("s") }, ["not ready", "really"], { in: 1 });
    return {
      id: "id-1",
      outputs: { name, type, preview, timeout: timeoutSeconds ?? "none", token: inputs.token, u: UNKNOWN },
    };
  },
  async read() {
    return undefined;
  },
  async update() {
    throw new TypeError("x is not a function");
  },
  async delete() {},
};

const provider: Provider = {
  name: "test",
  version: "1.2.3",
  resources: ["test:x:Thing"],
  functions: ["test:x:fn"],
  schema: { resources: { "test:x:Thing": {} } },
  takesAutonaming: true,
  resource: (type) => (type === "test:x:Thing" ? thing : undefined),
  function: (token) => (token === "test:x:fn" ? async ({ args }) => args : undefined),
};

let server: Server;
let client: PluginClient;

beforeAll(async () => {
  server = new Server();
  const signal = new AbortController().signal;
  const silent = { debug() {}, info() {}, warning() {}, error() {}, status() {}, flush: async () => {} };
  const call = () => ({ log: silent, children: new Children(), signal });
  server.addService(ResourceProviderService, service(provider, { call, cancel: async () => {}, attach() {} }));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (e, p) => (e ? reject(e) : resolve(p))),
  );
  client = new PluginClient(port);
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

describe("service", () => {
  it("says what it accepts, and means it", async () => {
    const answer = await client.configure();
    expect(answer.toObject()).toMatchObject({
      acceptsecrets: true,
      supportspreview: true,
      acceptresources: false,
      acceptoutputs: false,
      supportsAutonamingConfiguration: true,
    });
  });

  it("hands over the name that the project's configuration wants", async () => {
    const named = async (mode: 0 | 1 | 2) => decode((await client.naming(URN, "wanted", mode)).getInputs(), "test");
    const { PROPOSE, ENFORCE, DISABLE } = pb.CheckRequest.AutonamingOptions.Mode;
    expect([await named(PROPOSE), await named(ENFORCE), await named(DISABLE)]).toEqual([
      { named: "wanted" },
      { named: "wanted" },
      { named: "never" },
    ]);
  });

  it("leaves Handshake unimplemented, so that Configure's answer counts", async () => {
    expect((await failureOf(client.handshake())).code).toBe(12);
  });

  it("hands over inputs and gives back outputs, with type and name from the urn", async () => {
    const answer = await client.create(URN, { token: new Secret("t") }, 90, true);
    expect(answer.getId()).toBe("id-1");
    expect(decode(answer.getProperties(), "test")).toStrictEqual({
      name: "my::name",
      type: "test:x:Thing",
      preview: true,
      timeout: 90,
      token: new Secret("t"),
      u: UNKNOWN,
    });
  });

  it("reports refused inputs as failures of properties", async () => {
    const answer = await client.check(URN, { bad: 1 });
    expect(answer.toObject().failuresList).toEqual([{ property: "bad", reason: "bad: not here" }]);
  });

  it("translates a difference", async () => {
    const answer = await client.diff(URN, {}, {});
    expect(answer.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_SOME);
    expect(answer.getDeletebeforereplace()).toBe(true);
    expect(answer.getDiffsList()).toEqual(["a", "list"]);
    expect(answer.getReplacesList()).toEqual(["a.b"]);
    const { UPDATE_REPLACE, ADD } = pb.PropertyDiff.Kind;
    const kinds = answer.getDetaileddiffMap().toObject(true, (_, diff: pb.PropertyDiff) => diff.getKind());
    expect(Object.fromEntries(kinds)).toEqual({ "a.b": UPDATE_REPLACE, "list[0]": ADD });
  });

  it("reports a half-made object with all that the engine records", async () => {
    const error = await failureOf(client.create(URN, { half: true }));
    expect(error.code).toBe(2);
    const [packed] = error.metadata.get("grpc-status-details-bin");
    const [any] = Status.deserializeBinary(new Uint8Array(packed as Buffer)).getDetailsList();
    expect(any?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
    const detail = pb.ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8() ?? new Uint8Array());
    expect(detail.getId()).toBe("id-1");
    expect(detail.getReasonsList()).toEqual(["not ready", "really"]);
    expect(decode(detail.getProperties(), "test")).toStrictEqual({ live: new Secret("s") });
    expect(decode(detail.getInputs(), "test")).toStrictEqual({ in: 1 });
  });

  it("answers a read of nothing with no id", async () => {
    expect((await client.read(URN, "gone")).getId()).toBe("");
  });

  it("refuses an unsupported token by name, with what is supported", async () => {
    expect((await failureOf(client.check("urn:pulumi:dev::proj::test:x:Other::n", {}))).details).toBe(
      'resource type is "test:x:Other": not supported by cni-lab\'s own test plugin, which has test:x:Thing; use one of these, or use the official plugin (CNI_LAB_PLUGINS=official)',
    );
    expect((await failureOf(client.invoke("test:x:no"))).details).toBe(
      'function is "test:x:no": not supported by cni-lab\'s own test plugin, which has test:x:fn; use one of these, or use the official plugin (CNI_LAB_PLUGINS=official)',
    );
  });

  it("refuses components and their methods by name", async () => {
    const way = "or use the official plugin (CNI_LAB_PLUGINS=official)";
    expect((await failureOf(client.construct("test:x:Whole"))).details).toBe(
      `component is "test:x:Whole": not supported by cni-lab's own test plugin, which has no components; declare its resources, ${way}`,
    );
    expect((await failureOf(client.call("test:x:Whole/method"))).details).toMatch(
      /^method is "test:x:Whole\/method": not s/,
    );
  });

  it("refuses what has no type by name too, and answers a conversion that there is nothing for it", async () => {
    const way = "or use the official plugin (CNI_LAB_PLUGINS=official)";
    expect((await failureOf(client.parameterize())).details).toBe(
      `a package made of parameters: not supported by cni-lab's own test plugin, which has test:x:Thing; leave the parameters out, ${way}`,
    );
    expect((await failureOf(client.list("test:x:Thing"))).details).toBe(
      `list is "test:x:Thing": not supported by cni-lab's own test plugin, which reads one object at a time; name the objects that you mean, ${way}`,
    );
    expect((await client.mapping()).getProvider()).toBe("");
    expect((await client.mappings()).getProvidersList()).toEqual([]);
  });

  it("hands out its schema, by the name that a program asks for", async () => {
    expect(JSON.parse((await client.schema()).getSchema())).toEqual({
      name: "test",
      version: "1.2.3",
      resources: { "test:x:Thing": {} },
    });
  });

  it("says whose it is in its version", async () => {
    expect((await client.info()).getVersion()).toBe("1.2.3+cni-lab");
  });

  it("never shows a stack trace", async () => {
    const error = await failureOf(client.update(URN, {}, {}));
    expect(error.details).toBe("x is not a function");
  });
});
