import type { Client, ClientChannel } from "ssh2";
import { isTree, type Tree } from "../host";
import { dial } from "./dial";
import { CommandFailed } from "./failure";
import { type Job, type Runner, whyAborted } from "./runner";

/** Runs a command on another machine by ssh; the environment is sent by ssh, so its server must accept the names. */
export const runRemotely: Runner = async (job) => {
  const { call, properties, timeoutSeconds } = job;
  const stop = new AbortController();
  const abort = (): void => stop.abort(new Error(whyAborted(job)));
  const deadline = timeoutSeconds === undefined ? undefined : setTimeout(abort, timeoutSeconds * 1000);
  call.signal.addEventListener("abort", abort, { once: true });
  const connection = isTree(properties.connection) ? properties.connection : ({} as Tree);
  let client: Client | undefined;
  try {
    client = await dial(connection, stop.signal, call.log.status);
    if (Object.keys(job.environment).length > 0) await requireEnvironment(client, job, stop.signal);
    const how = await execute(client, job.command, job, stop.signal, (channel) => {
      job.capture.take("stdout", channel);
      job.capture.take("stderr", channel.stderr);
      channel.end(job.stdin);
    });
    if (how === undefined) return job.capture.streams();
    throw new CommandFailed(
      stop.signal.aborted ? whyAborted(job) : how,
      job.command,
      job.capture.streams(),
      job.redact,
    );
  } finally {
    clearTimeout(deadline);
    call.signal.removeEventListener("abort", abort);
    client?.end();
  }
};

/** Runs a command until its channel closes; answers how it ended, `undefined` for well. */
function execute(
  client: Client,
  command: string,
  { environment }: Job,
  signal: AbortSignal,
  use: (channel: ClientChannel) => void,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    client.once("close", () => resolve("the connection was lost"));
    client.exec(command, { env: { ...environment } }, (error, channel) => {
      if (error !== undefined) return reject(error);
      let how: string | undefined = "the connection was lost";
      channel.on("exit", (code: number | null, name?: string) => {
        how = code === 0 ? undefined : code === null ? `ended by ${name}` : `exit status ${code}`;
      });
      channel.on("close", () => resolve(how));
      const stop = (): void => {
        channel.signal("TERM");
        channel.close();
        resolve("stopped");
      };
      if (signal.aborted) return stop();
      signal.addEventListener("abort", stop, { once: true });
      // Listeners must be there before this returns: a quick command's end comes in the same packet as its start.
      use(channel);
    });
  });
}

/**
 * An ssh server drops what its `AcceptEnv` does not name, and ssh2 does not ask whether it did.
 * So the environment is looked at before a command runs that relies on it.
 */
async function requireEnvironment(client: Client, job: Job, signal: AbortSignal): Promise<void> {
  let found = "\n";
  await execute(client, "env", job, signal, (channel) => {
    channel.on("data", (chunk: Buffer) => {
      found += chunk.toString();
    });
    channel.stderr.resume();
    channel.end();
  });
  const missing = Object.keys(job.environment).filter((name) => !found.includes(`\n${name}=`));
  const mend = "the server's AcceptEnv must name it; or put NAME=value before the command";
  for (const name of missing) {
    if (!job.optionalEnvironment.has(name)) throw new Error(`environment.${name}: refused by the ssh server; ${mend}`);
    job.call.log.debug(`${name} is not set: refused by the ssh server; ${mend}`);
  }
}
