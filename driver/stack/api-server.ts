import { Agent, get } from "node:https";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { z } from "zod";
import type { ObjectKind, PodTarget } from "../../checks/engine/access";
import { parseJson } from "../../lib/json";
import type { Ran, RunOptions } from "../../lib/ran";
import { timedOut } from "../run/capture";
import { questionOf } from "./kubectl-words";

/** The one user of a cluster of the lab, as kubeadm writes it. */
const kubeconfigShape = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({
        server: z.string(),
        "tls-server-name": z.string().optional(),
        "certificate-authority-data": z.base64(),
      }),
    }),
  ]),
  users: z.tuple([
    z.object({ user: z.object({ "client-certificate-data": z.base64(), "client-key-data": z.base64() }) }),
  ]),
});

/**
 * What this process asks the API server by itself, as a kubectl takes 0.1 s of processor to start and the checks of a
 * stack would start two hundred. Each answer is undefined where it could not be had; then nothing was run or read, and
 * kubectl says why in its own words.
 */
export interface ApiServer {
  /** Does what `kubectl exec` does. */
  exec(target: PodTarget, argv: readonly string[], options?: RunOptions): Promise<Omit<Ran, "argv"> | undefined>;
  /** Reads all objects of these kinds, in all namespaces. */
  list(kinds: readonly ObjectKind[], options?: RunOptions): Promise<readonly unknown[] | undefined>;
  /** Does what kubectl does with these words, where they only read, and are known here. */
  kubectl(args: readonly string[], options?: RunOptions): Promise<Omit<Ran, "argv"> | undefined>;
}

/** The API server of a cluster of the lab. */
export function apiServer(kubeconfig: string): ApiServer {
  const { data, success } = kubeconfigShape.safeParse(parse(kubeconfig));
  if (!success) {
    const nothing = async () => undefined;
    return { exec: nothing, list: nothing, kubectl: nothing };
  }
  const [{ cluster }] = data.clusters;
  const [{ user }] = data.users;
  const connection: Connection = {
    server: cluster.server,
    servername: cluster["tls-server-name"],
    ca: Buffer.from(cluster["certificate-authority-data"], "base64"),
    cert: Buffer.from(user["client-certificate-data"], "base64"),
    key: Buffer.from(user["client-key-data"], "base64"),
  };
  const kept = { ...connection, agent: new Agent({ keepAlive: true }) };
  return {
    exec: (target, argv, options = {}) => exec(connection, target, argv, options),
    async list(kinds, options = {}) {
      const lists = await Promise.all(kinds.map((kind) => list(kept, kind, options)));
      return lists.some((items) => items === undefined) ? undefined : lists.flatMap((items) => items ?? []);
    },
    kubectl: (args, options = {}) => kubectl(kept, args, options),
  };
}

interface Connection {
  readonly server: string;
  /** The name that the server's certificate is for; undefined where that is its address. */
  readonly servername: string | undefined;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

const paths: Readonly<Record<ObjectKind, string>> = {
  ConfigMap: "/api/v1/configmaps",
  DaemonSet: "/apis/apps/v1/daemonsets",
  Pod: "/api/v1/pods",
  Service: "/api/v1/services",
  StatefulSet: "/apis/apps/v1/statefulsets",
};

const listShape = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

type Kept = Connection & { readonly agent: Agent };

/** The items of a list do not name their kind. */
async function list(connection: Kept, kind: ObjectKind, options: RunOptions): Promise<readonly unknown[] | undefined> {
  const body = await read(connection, paths[kind], options);
  const { data } = listShape.safeParse(parseJson(body));
  return data?.items.map((item) => ({ kind, ...item }));
}

async function kubectl(
  connection: Kept,
  args: readonly string[],
  { signal, timeoutMs = Number.POSITIVE_INFINITY }: RunOptions,
): Promise<Omit<Ran, "argv"> | undefined> {
  const asked = questionOf(args);
  if (asked === undefined) return undefined;
  const start = performance.now();
  // The other half is kubectl's, which is to say why there was no answer.
  const limit = Math.min(timeoutMs / 2, asked.timeoutMs ?? Number.POSITIVE_INFINITY);
  const options = { signal, ...(Number.isFinite(limit) ? { timeoutMs: limit } : {}) };
  const answers = await Promise.all(asked.paths.map((each) => read(connection, each, options)));
  const all = answers.filter((answer) => answer !== undefined);
  if (all.length < answers.length) return undefined;
  try {
    return { exitCode: 0, stdout: asked.print(all), stderr: "", ms: Math.round(performance.now() - start) };
  } catch {
    return undefined;
  }
}

/** What the API server answers; undefined where that is anything but what was asked for. */
async function read(
  { server, ...connection }: Kept,
  path: string,
  { signal, timeoutMs }: RunOptions,
): Promise<string | undefined> {
  let clock: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      const request = get(new URL(path, server), { ...connection, signal }, (response) => {
        if (response.statusCode === 200) return resolve(text(response));
        response.resume();
        reject(new Error(`${response.statusCode}`));
      });
      request.on("error", reject);
      if (timeoutMs !== undefined) clock = setTimeout(() => request.destroy(new Error("too late")), timeoutMs);
    });
  } catch {
    signal?.throwIfAborted();
    return undefined;
  } finally {
    clearTimeout(clock);
  }
}

async function exec(
  { server, servername, ca, cert, key }: Connection,
  { namespace, pod, container }: PodTarget,
  argv: readonly string[],
  { signal, timeoutMs }: RunOptions,
): Promise<Omit<Ran, "argv"> | undefined> {
  signal?.throwIfAborted();
  // Not the library as a whole: loading all kinds of object takes a second.
  const [{ Exec }, { WebSocketHandler }] = await Promise.all([
    import("@kubernetes/client-node/dist/exec.js"),
    import("@kubernetes/client-node/dist/web-socket-handler.js"),
  ]);
  const start = performance.now();
  const end = new AbortController();
  const config: Pick<KubeConfig, "getCurrentCluster" | "applyToHTTPSOptions"> = {
    getCurrentCluster: () => ({ name: "", skipTLSVerify: false, server }),
    applyToHTTPSOptions: async (request) => {
      Object.assign(request, { servername, ca, cert, key, signal: end.signal });
    },
  };
  const [out, err] = [new Sink(), new Sink()];
  const result = (exitCode: number, says = ""): Omit<Ran, "argv"> => ({
    exitCode,
    stdout: out.text(),
    stderr: err.text() + says,
    ms: Math.round(performance.now() - start),
  });
  const asked = new Exec(config as KubeConfig, new WebSocketHandler(config as KubeConfig));
  return new Promise<Omit<Ran, "argv"> | undefined>((resolve, reject) => {
    const abort = () => end.abort();
    const clock = timeoutMs === undefined ? undefined : setTimeout(abort, timeoutMs);
    signal?.addEventListener("abort", abort, { once: true });
    const settle = (ran: Omit<Ran, "argv"> | undefined) => {
      clearTimeout(clock);
      signal?.removeEventListener("abort", abort);
      resolve(ran);
    };
    end.signal.addEventListener("abort", () => {
      if (signal?.aborted === true) reject(signal.reason);
      settle(result(timedOut));
    });
    asked
      .exec(namespace, pod, container, [...argv], out, err, null, false, (status) => {
        const code = status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
        if (status.status === "Success") return settle(result(0));
        // As kubectl has it: the command's own exit code, or why it was not run.
        settle(code === undefined ? result(1, `error: ${status.message}\n`) : result(Number(code)));
      })
      .then(
        (socket) => {
          if (end.signal.aborted) return socket.terminate();
          end.signal.addEventListener("abort", () => socket.terminate());
          socket.onclose = () => settle(result(1, "error: the connection ended before the command did\n"));
        },
        // Refused before anything was run: kubectl says why, in its own words.
        () => settle(undefined),
      );
  });
}

/** Keeps all that is written to it. */
class Sink extends Writable {
  private readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}
