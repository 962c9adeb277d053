import type { ServerWritableStream, UntypedServiceImplementation } from "@grpc/grpc-js";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { toServiceError } from "./errors";
import type { Provider } from "./provider";
import { Unsupported } from "./refusal";
import { unary } from "./unary";

/**
 * The methods of the protocol that the lab's plugins have nothing for. The engine would tell a method that is not there
 * only as "the server does not implement the method", which names neither what the program asked for nor a way out.
 */
export function refusedMethods({ name: plugin, resource, resources }: Provider): UntypedServiceImplementation {
  return {
    construct: unary<pb.ConstructRequest, never>(async (request) => {
      const type = request.getType();
      // Where the type has a reason of its own, that is told.
      resource(type);
      const why = ", which has no components";
      throw new Unsupported({ plugin, what: "component", value: type, why, mend: "declare its resources" });
    }),
    call: unary<pb.CallRequest, never>(async (request) => {
      const why = ", which has no components";
      throw new Unsupported({ plugin, what: "method", value: request.getTok(), why, mend: "declare resources" });
    }),
    parameterize: unary<pb.ParameterizeRequest, never>(async () => {
      const why = `, which has ${resources.join(", ")}`;
      throw new Unsupported({ plugin, what: "a package made of parameters", why, mend: "leave the parameters out" });
    }),
    list(stream: ServerWritableStream<pb.ListRequest, pb.ListResponse>): void {
      const why = ", which reads one object at a time";
      const value = stream.request.getToken();
      const mend = "name the objects that you mean";
      stream.emit("error", toServiceError(new Unsupported({ plugin, what: "list", value, why, mend })));
    },
    // Asked of every plugin that is there when a program is converted, so none at all is an answer, not an error.
    getMapping: unary<pb.GetMappingRequest, pb.GetMappingResponse>(async () => new pb.GetMappingResponse()),
    getMappings: unary<pb.GetMappingsRequest, pb.GetMappingsResponse>(async () => new pb.GetMappingsResponse()),
  };
}
