import { Agent, request as requestPlainly } from "node:http";
import { type RequestOptions, request as requestByTls } from "node:https";
import pRetry from "p-retry";
import type { Tree } from "../host";
import { ApiError, Unreachable } from "./api-error";
import { keptConnections } from "./kept-connections";
import type { Kubeconfig } from "./kubeconfig";

/** A request to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path with its query: `/api/v1/namespaces/default/configmaps/a?dryRun=All`. */
  readonly path: string;
  readonly body?: Tree | readonly Tree[];
  /** The kind of patch. @default server-side apply */
  readonly patch?: "json";
  /** Called with each warning that came with the answer. */
  readonly onWarning?: (text: string) => void;
}

/** How long one request may take; the API server itself ends a request after 60 s. */
const requestMs = 65_000;
/** Tries while the API server is away or overloaded, some four seconds in all: it may be restarting. */
const tries = { retries: 4, minTimeout: 200, factor: 2.2 };

/** An API server, spoken to over kept connections. */
export class ApiServer {
  readonly server: string;
  private options: Promise<RequestOptions> | undefined;
  private away = false;

  constructor(private readonly kubeconfig: Kubeconfig) {
    this.server = kubeconfig.server;
  }

  /** The answer as a tree. Network errors, 429, 503 and 504 are tried again: every request here is safe to repeat. */
  async send(call: ApiRequest, signal?: AbortSignal): Promise<Tree> {
    try {
      const retries = this.away ? 0 : tries.retries;
      const answer = await pRetry(() => this.once(call, signal), {
        ...tries,
        retries,
        shouldRetry: (error) => isTransient(error) && signal?.aborted !== true,
      });
      this.away = false;
      return answer;
    } catch (error) {
      // The requests behind this one need not wait as long to learn the same.
      this.away = error instanceof Unreachable;
      throw error;
    }
  }

  private async once({ method, path, body, patch, onWarning }: ApiRequest, signal?: AbortSignal): Promise<Tree> {
    this.options ??= connect(this.kubeconfig);
    const { headers, ...options } = await this.options;
    const text = body === undefined ? undefined : JSON.stringify(body);
    // JSON is YAML, and the apply patch type is registered as YAML only.
    const patchType = patch === "json" ? "application/json-patch+json" : "application/apply-patch+yaml";
    const type = method === "PATCH" ? patchType : "application/json";
    const url = new URL(`${this.server.replace(/\/$/, "")}${path}`);
    const request = url.protocol === "http:" ? requestPlainly : requestByTls;
    const answer = await new Promise<{ code: number; text: string }>((resolve, reject) => {
      const sent = request(
        url,
        {
          ...options,
          method,
          signal,
          timeout: requestMs,
          headers: {
            ...headers,
            accept: "application/json",
            ...(text === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) }),
          },
        },
        (response) => {
          for (const text of warningsIn(response.headers.warning)) onWarning?.(text);
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
          response.on("error", reject);
        },
      );
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${requestMs / 1000} s`)));
      sent.on("error", reject);
      sent.end(text);
    }).catch((error: Error) => {
      if (signal?.aborted) throw new Error("cancelled");
      throw new Unreachable(this.server, describe(error));
    });
    if (answer.code < 200 || answer.code > 299) throw new ApiError(answer.code, answer.text);
    return JSON.parse(answer.text) as Tree;
  }
}

/** The texts of a Warning header: `299 - "v1 Endpoints is deprecated in v1.33+"`. */
export function warningsIn(header: string | readonly string[] | undefined): string[] {
  return [...String(header ?? "").matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replace(/\\(.)/g, "$1"),
  );
}

/** Loads the client library only now: a no-op update does without. */
async function connect(kubeconfig: Kubeconfig): Promise<RequestOptions> {
  // As `kubectl proxy` is: it has the credentials itself, and none are for the open.
  if (kubeconfig.server.startsWith("http:")) return { agent: new Agent(keptConnections) };
  const { connectionOptions } = await import("./credentials");
  try {
    return await connectionOptions(kubeconfig);
  } catch (error) {
    throw new Unreachable(kubeconfig.server, describe(error as Error));
  }
}

function isTransient(error: unknown): boolean {
  if (error instanceof Unreachable) return !/certificate|self.signed|ENOTFOUND/i.test(error.message);
  return error instanceof ApiError && (error.code === 429 || error.code === 503 || error.code === 504);
}

/** A connection that failed on several addresses has its reasons inside. */
function describe(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((inner: Error) => inner.message).join(", ");
  return error.message;
}
