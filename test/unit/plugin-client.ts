import { credentials, type requestCallback, type ServiceError } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Tree } from "../../toolchain/plugins/host";
import { encode } from "../../toolchain/plugins/host/wire";

/** Speaks to a plugin as the engine does. */
export class PluginClient {
  readonly raw: ResourceProviderClient;

  constructor(port: number) {
    this.raw = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  configure(args: Tree = {}): Promise<pb.ConfigureResponse> {
    return answer((done) => this.raw.configure(new pb.ConfigureRequest().setArgs(encode(args)), done));
  }

  check(urn: string, news: Tree, olds: Tree = {}): Promise<pb.CheckResponse> {
    const request = new pb.CheckRequest().setUrn(urn).setNews(encode(news)).setOlds(encode(olds));
    return answer((done) => this.raw.check(request, done));
  }

  /** A check with what a project's `pulumi:autonaming` wants. */
  naming(urn: string, proposed: string, mode: pb.CheckRequest.AutonamingOptions.Mode): Promise<pb.CheckResponse> {
    const autonaming = new pb.CheckRequest.AutonamingOptions().setProposedName(proposed).setMode(mode);
    const request = new pb.CheckRequest().setUrn(urn).setNews(encode({})).setAutonaming(autonaming);
    return answer((done) => this.raw.check(request, done));
  }

  diff(urn: string, oldInputs: Tree, news: Tree): Promise<pb.DiffResponse> {
    const request = new pb.DiffRequest().setUrn(urn).setOldInputs(encode(oldInputs)).setNews(encode(news));
    return answer((done) => this.raw.diff(request, done));
  }

  create(urn: string, inputs: Tree, timeoutSeconds = 0, preview = false): Promise<pb.CreateResponse> {
    const request = new pb.CreateRequest().setUrn(urn).setProperties(encode(inputs));
    return answer((done) => this.raw.create(request.setTimeout(timeoutSeconds).setPreview(preview), done));
  }

  read(urn: string, id: string): Promise<pb.ReadResponse> {
    return answer((done) => this.raw.read(new pb.ReadRequest().setUrn(urn).setId(id), done));
  }

  update(urn: string, state: Tree, news: Tree): Promise<pb.UpdateResponse> {
    const request = new pb.UpdateRequest().setUrn(urn).setOlds(encode(state)).setNews(encode(news));
    return answer((done) => this.raw.update(request, done));
  }

  invoke(token: string, args: Tree = {}): Promise<pb.InvokeResponse> {
    return answer((done) => this.raw.invoke(new pb.InvokeRequest().setTok(token).setArgs(encode(args)), done));
  }

  construct(type: string): Promise<pb.ConstructResponse> {
    return answer((done) => this.raw.construct(new pb.ConstructRequest().setType(type), done));
  }

  call(token: string): Promise<pb.CallResponse> {
    return answer((done) => this.raw.call(new pb.CallRequest().setTok(token), done));
  }

  parameterize(): Promise<pb.ParameterizeResponse> {
    return answer((done) => this.raw.parameterize(new pb.ParameterizeRequest(), done));
  }

  /** Ends with the first answer. */
  list(token: string): Promise<pb.ListResponse> {
    const stream = this.raw.list(new pb.ListRequest().setToken(token));
    return new Promise((resolve, reject) => void stream.on("data", resolve).on("error", reject));
  }

  mapping(): Promise<pb.GetMappingResponse> {
    return answer((done) => this.raw.getMapping(new pb.GetMappingRequest(), done));
  }

  mappings(): Promise<pb.GetMappingsResponse> {
    return answer((done) => this.raw.getMappings(new pb.GetMappingsRequest(), done));
  }

  info(): Promise<PluginInfo> {
    return answer((done) => this.raw.getPluginInfo(new Empty(), done));
  }

  schema(): Promise<pb.GetSchemaResponse> {
    return answer((done) => this.raw.getSchema(new pb.GetSchemaRequest(), done));
  }

  handshake(): Promise<pb.ProviderHandshakeResponse> {
    return answer((done) => this.raw.handshake(new pb.ProviderHandshakeRequest(), done));
  }

  cancel(): Promise<Empty> {
    return answer((done) => this.raw.cancel(new Empty(), done));
  }

  close(): void {
    this.raw.close();
  }
}

/** The error that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  try {
    await call;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error("the call did not fail");
}

function answer<Response>(call: (done: requestCallback<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error === null ? resolve(response as Response) : reject(error)));
  });
}
