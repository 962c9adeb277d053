import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  type GenerateProgramRequest,
  GenerateProgramResponse,
  GetRequiredPackagesResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";

// The host of the language `pcl`, as the engine starts it: see pcl.ts.

const answer =
  <Request, Response>(make: (request: Request) => Response) =>
  (call: { request: Request }, done: (error: null, response: Response) => void): void =>
    done(null, make(call.request));

const server = new Server();
server.addService(LanguageRuntimeService, {
  getPluginInfo: answer(() => new PluginInfo()),
  getRequiredPackages: answer(() => new GetRequiredPackagesResponse()),
  generateProgram: answer((request: GenerateProgramRequest) => {
    const response = new GenerateProgramResponse();
    request.getSourceMap().forEach((text, name) => void response.getSourceMap().set(name, Buffer.from(text)));
    return response;
  }),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_, port) => console.log(port));
process.stdin.resume().on("end", () => process.exit());
