import { Writable } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { z } from "zod";
import type { PodTarget, Ran, RunOptions } from "../checks/access";
import { timedOut } from "../run/capture";

/** The one user of a cluster of the lab, as kubeadm writes it. */
const kubeconfigShape = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), "certificate-authority-data": z.base64() }) }),
  ]),
  users: z.tuple([
    z.object({ user: z.object({ "client-certificate-data": z.base64(), "client-key-data": z.base64() }) }),
  ]),
});

/** How a command in a pod is asked for without kubectl; undefined where that could not be done, and nothing was run. */
export type PodExec = (
  target: PodTarget,
  argv: readonly string[],
  options?: RunOptions,
) => Promise<Omit<Ran, "argv"> | undefined>;

/**
 * What `kubectl exec` does, by this process itself: a kubectl takes 0.1 s of processor to start, and the checks of a
 * stack run a hundred of them.
 */
export function podExec(kubeconfig: string): PodExec {
  const known = kubeconfigShape.safeParse(parse(kubeconfig));
  return async (target, argv, options = {}) => (known.success ? run(known.data, target, argv, options) : undefined);
}

async function run(
  { clusters: [{ cluster }], users: [{ user }] }: z.infer<typeof kubeconfigShape>,
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
    getCurrentCluster: () => ({ name: "", skipTLSVerify: false, server: cluster.server }),
    applyToHTTPSOptions: async (request) => {
      request.ca = Buffer.from(cluster["certificate-authority-data"], "base64");
      request.cert = Buffer.from(user["client-certificate-data"], "base64");
      request.key = Buffer.from(user["client-key-data"], "base64");
      request.signal = end.signal;
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
    end.signal.addEventListener("abort", () => (signal?.aborted ? reject(signal.reason) : resolve(result(timedOut))));
    const settle = (ran: Omit<Ran, "argv"> | undefined) => {
      clearTimeout(clock);
      signal?.removeEventListener("abort", abort);
      resolve(ran);
    };
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
