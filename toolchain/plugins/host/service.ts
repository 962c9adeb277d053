import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { topLevel } from "./path";
import {
  type Autonaming,
  type Call,
  type Difference,
  Failures,
  type Operation,
  type Provider,
  type ResourceHandler,
  type Subject,
} from "./provider";
import { notAmong } from "./refusal";
import { refusedMethods } from "./refused-methods";
import { unary } from "./unary";
import type { Tree } from "./value";
import { decode as decodeFor, encode } from "./wire";

/** What the service needs of the process around it. */
export interface Session {
  /** What a call about this resource may use; no urn: about none in particular. */
  call(urn: string): Call;
  /** The user cancelled: abort the calls under way and end their children. */
  cancel(): Promise<void>;
  /** A debugging engine named its address. */
  attach(address: string): void;
}

/** What a version ends with that is not the official plugin's; the engine's comparisons leave it out. */
const ownBuild = "+cni-lab";

/** Translates between the engine's messages and a {@link Provider}. */
export function service(provider: Provider, session: Session): UntypedServiceImplementation {
  const { name, version } = provider;
  const handler = (type: string): ResourceHandler => {
    const found = provider.resource(type);
    if (found === undefined) throw notAmong(name, "resource type", type, provider.resources);
    return found;
  };
  const decode = (struct: Struct | undefined): Tree => decodeFor(struct, name);

  return {
    ...refusedMethods(provider),
    getPluginInfo: unary<Empty, PluginInfo>(async () => new PluginInfo().setVersion(version + ownBuild)),
    getSchema: unary<pb.GetSchemaRequest, pb.GetSchemaResponse>(async () =>
      new pb.GetSchemaResponse().setSchema(JSON.stringify({ name, version, ...provider.schema })),
    ),
    attach: unary<PluginAttach, Empty>(async (request) => {
      session.attach(request.getAddress());
      return new Empty();
    }),
    cancel: unary<Empty, Empty>(async () => {
      await session.cancel();
      return new Empty();
    }),

    checkConfig: unary<pb.CheckRequest, pb.CheckResponse>(async (request) => {
      const asked = checkRequest(request, decode);
      return checkResponse((await provider.checkConfig?.(asked, session.call(asked.urn))) ?? { inputs: asked.news });
    }),
    diffConfig: unary<pb.DiffRequest, pb.DiffResponse>(async (request) => {
      const asked = diffRequest(request, decode);
      return diffResponse((await provider.diffConfig?.(asked, session.call(asked.urn))) ?? { changes: new Map() });
    }),
    configure: unary<pb.ConfigureRequest, pb.ConfigureResponse>(async (request) => {
      await provider.configure?.(decode(request.getArgs()), session.call(request.getUrn() ?? ""));
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setAcceptresources(false);
      response.setAcceptoutputs(false);
      response.setSupportsAutonamingConfiguration(provider.takesAutonaming === true);
      return response;
    }),

    check: unary<pb.CheckRequest, pb.CheckResponse>(async (request) => {
      const asked = checkRequest(request, decode);
      return checkResponse(await handler(asked.type).check(asked, session.call(asked.urn)));
    }),
    diff: unary<pb.DiffRequest, pb.DiffResponse>(async (request) => {
      const asked = diffRequest(request, decode);
      return diffResponse(await handler(asked.type).diff(asked, session.call(asked.urn)));
    }),
    create: unary<pb.CreateRequest, pb.CreateResponse>(async (request) => {
      const about = { ...subject(request), ...operation(request) };
      const asked = { ...about, inputs: decode(request.getProperties()), preview: request.getPreview() };
      const { id, outputs } = await handler(asked.type).create(asked, session.call(asked.urn));
      return new pb.CreateResponse().setId(id).setProperties(encode(outputs));
    }),
    read: unary<pb.ReadRequest, pb.ReadResponse>(async (request) => {
      const inputs = decode(request.getInputs());
      const asked = { ...subject(request), id: request.getId(), state: decode(request.getProperties()), inputs };
      const found = await handler(asked.type).read(asked, session.call(asked.urn));
      const response = new pb.ReadResponse();
      if (found === undefined) return response;
      return response.setId(found.id).setProperties(encode(found.outputs)).setInputs(encode(found.inputs));
    }),
    update: unary<pb.UpdateRequest, pb.UpdateResponse>(async (request) => {
      const asked = {
        ...subject(request),
        ...operation(request),
        id: request.getId(),
        state: decode(request.getOlds()),
        oldInputs: decode(request.getOldInputs()),
        news: decode(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
        preview: request.getPreview(),
      };
      const outputs = await handler(asked.type).update(asked, session.call(asked.urn));
      return new pb.UpdateResponse().setProperties(encode(outputs));
    }),
    delete: unary<pb.DeleteRequest, Empty>(async (request) => {
      const recorded = { state: decode(request.getProperties()), oldInputs: decode(request.getOldInputs()) };
      const asked = { ...subject(request), ...operation(request), id: request.getId(), ...recorded };
      await handler(asked.type).delete(asked, session.call(asked.urn));
      return new Empty();
    }),
    invoke: unary<pb.InvokeRequest, pb.InvokeResponse>(async (request) => {
      const token = request.getTok();
      const run = provider.function(token);
      if (run === undefined) throw notAmong(name, "function", token, provider.functions);
      const args = { token, args: decode(request.getArgs()), preview: request.getPreview() };
      const result = await run(args, session.call(""));
      const response = new pb.InvokeResponse();
      if (result instanceof Failures) return response.setFailuresList(failures(result));
      return response.setReturn(encode(result));
    }),
  };
}

interface About {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

/** Older engines leave type and name to be read from the urn: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function subject(request: About): Subject {
  const urn = request.getUrn();
  const [, , types = "", ...name] = urn.split("::");
  const type = request.getType() || types.slice(types.lastIndexOf("$") + 1);
  return { urn, type, name: request.getName() || name.join("::") };
}

function operation(request: { getTimeout(): number }): Operation {
  const seconds = request.getTimeout();
  return { timeoutSeconds: seconds > 0 ? seconds : undefined };
}

type Decode = (struct: Struct | undefined) => Tree;

function checkRequest(request: pb.CheckRequest, decode: Decode) {
  const olds = decode(request.getOlds());
  const randomSeed = request.getRandomseed_asU8();
  return { ...subject(request), olds, news: decode(request.getNews()), randomSeed, autonaming: autonaming(request) };
}

function autonaming(request: pb.CheckRequest): Autonaming | undefined {
  const options = request.getAutonaming();
  if (options === undefined) return undefined;
  const { DISABLE } = pb.CheckRequest.AutonamingOptions.Mode;
  return { proposed: options.getMode() === DISABLE ? undefined : options.getProposedName() };
}

function checkResponse(checked: { inputs: Parameters<typeof encode>[0] } | Failures): pb.CheckResponse {
  const response = new pb.CheckResponse();
  if (checked instanceof Failures) return response.setFailuresList(failures(checked));
  return response.setInputs(encode(checked.inputs));
}

function failures({ failures }: Failures): pb.CheckFailure[] {
  return failures.map(({ property, reason }) => new pb.CheckFailure().setProperty(property).setReason(reason));
}

function diffRequest(request: pb.DiffRequest, decode: Decode) {
  return {
    ...subject(request),
    id: request.getId(),
    state: decode(request.getOlds()),
    oldInputs: decode(request.getOldInputs()),
    news: decode(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

const KINDS = {
  add: [pb.PropertyDiff.Kind.ADD, pb.PropertyDiff.Kind.ADD_REPLACE],
  delete: [pb.PropertyDiff.Kind.DELETE, pb.PropertyDiff.Kind.DELETE_REPLACE],
  update: [pb.PropertyDiff.Kind.UPDATE, pb.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

function diffResponse({ changes, replaces = new Set(), deleteBeforeReplace = false }: Difference): pb.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  const response = new pb.DiffResponse();
  response.setChanges(changes.size === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setDiffsList([...new Set([...changes.keys()].map(topLevel))]);
  response.setReplacesList([...replaces]);
  response.setHasdetaileddiff(true);
  for (const [path, change] of changes) {
    const kind = KINDS[change][replaces.has(path) ? 1 : 0];
    response.getDetaileddiffMap().set(path, new pb.PropertyDiff().setKind(kind).setInputdiff(true));
  }
  return response;
}
