import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Tree } from "./value";
import { encode } from "./wire";

/** The object was made or changed, but did not become what it should: it is recorded, and the next update goes on with it. */
export class InitFailed extends Error {
  constructor(
    /** The object's id. */
    readonly id: string,
    /** The live object. */
    readonly properties: Tree,
    /** What a person should read, one line each. */
    readonly reasons: readonly string[],
    /** The inputs to record, so that the next diff sees what is really in force. */
    readonly inputs: Tree,
  ) {
    super(reasons.join("\n"));
    this.name = "InitFailed";
  }
}

/** An error as the engine takes it: a message without a stack trace, and for {@link InitFailed} the object. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitFailed)) return { code: status.UNKNOWN, details: message };

  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encode(error.properties));
  detail.setReasonsList([...error.reasons]);
  detail.setInputs(encode(error.inputs));
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const packed = new Status();
  packed.setCode(status.UNKNOWN);
  packed.setMessage(message);
  packed.addDetails(any);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(packed.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}
