import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Children } from "./children";
import { EngineLog } from "./log";
import type { Call, Provider } from "./provider";
import { service } from "./service";

/** The engine's own limit (sdk/go/common/util/rpcutil); grpc-js stops at 4 MB. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
/** What children get to clean up after themselves when the user cancels. */
const CANCEL_GRACE_MS = 3000;
/** The same when the engine is gone: whoever killed it wants the machine back. */
const GONE_GRACE_MS = 700;

/**
 * Runs a plugin: prints its port, serves until the engine ends it or is gone, and then ends every child.
 * The engine's address is the last argument; flags may stand before it.
 */
export async function serve(provider: Provider, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const children = new Children();
  const aborted = new AbortController();
  const address = argv.at(-1);
  let engine = address === undefined || address.startsWith("-") ? undefined : new EngineLog(address);

  const session = {
    call: (urn: string): Call => ({ log: engine?.for(urn) ?? SILENT, children, signal: aborted.signal }),
    async cancel(): Promise<void> {
      aborted.abort(new Error("cancelled"));
      await children.endAll(CANCEL_GRACE_MS);
    },
    attach(to: string): void {
      engine = new EngineLog(to);
    },
  };

  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, service(provider, session));

  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    aborted.abort(new Error("the engine ended the plugin"));
    await children.endAll(GONE_GRACE_MS);
    process.exit(0);
  };
  process.stdin.on("end", end).on("close", end).on("error", end).resume();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // The engine reads the port and may close the stream; a plugin must not die of that.
  process.stdout.on("error", () => {});

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  process.stdout.write(`${port}\n`);
}

/** For a plugin that was started without an engine. */
const SILENT = { debug() {}, info() {}, warning() {}, error() {}, status() {}, flush: async () => {} };
