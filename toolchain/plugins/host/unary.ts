import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { toServiceError } from "./errors";

/** A method that answers one request with one response, or with an error as the engine takes it. */
export function unary<Request, Response>(work: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
    // An async wrapper, so that a throw before the first await is answered like any other.
    (async () => work(call.request))().then(
      (response) => done(null, response),
      (error) => done(toServiceError(error)),
    );
  };
}
