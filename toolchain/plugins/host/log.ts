import { credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Lines in `pulumi up`'s display, attached to a resource. Never hand it a secret. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  /** What the resource is waiting for now: shown beside it until the next one, never kept. */
  status(message: string): void;
  /** Resolves when every line so far has arrived, or the engine is gone. */
  flush(): Promise<void>;
}

const DEADLINE_MS = 10_000;

/** The engine's log service. Lines arrive in the order they were sent. */
export class EngineLog {
  private readonly client: EngineClient;
  private last: Promise<void> = Promise.resolve();

  constructor(address: string) {
    this.client = new EngineClient(address, credentials.createInsecure());
  }

  /** A log whose lines belong to the resource. */
  for(urn: string): Log {
    const send = (severity: LogSeverity, ephemeral = false) => {
      return (message: string): void => this.send(severity, message, urn, ephemeral);
    };
    return {
      debug: send(LogSeverity.DEBUG),
      info: send(LogSeverity.INFO),
      warning: send(LogSeverity.WARNING),
      error: send(LogSeverity.ERROR),
      status: send(LogSeverity.INFO, true),
      flush: () => this.last,
    };
  }

  private send(severity: LogSeverity, message: string, urn: string, ephemeral: boolean): void {
    const request = new LogRequest();
    request.setSeverity(severity);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    const before = this.last;
    // An engine that is gone can't be told so.
    this.last = before.then(
      () =>
        new Promise((resolve) =>
          this.client.log(request, new Metadata(), { deadline: Date.now() + DEADLINE_MS }, () => resolve()),
        ),
    );
  }
}
