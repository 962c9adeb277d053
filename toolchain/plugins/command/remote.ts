import type { Client, ClientChannel } from "ssh2";
import { isTree, type Tree } from "../host";
import { dial } from "./dial";
import { CommandFailed } from "./failure";
import { type Job, type Runner, whyAborted } from "./runner";

/** Runs a command on another machine by ssh; the environment is sent by ssh, so its server must accept the names. */
export const runRemotely: Runner = async (job) => {
  const { call, properties, timeoutSeconds } = job;
  const late = timeoutSeconds === undefined ? [] : [AbortSignal.timeout(timeoutSeconds * 1000)];
  const signal = AbortSignal.any([call.signal, ...late]);
  const connection = isTree(properties.connection) ? properties.connection : ({} as Tree);
  const client = await dial(connection, signal, call.log.status);
  try {
    if (Object.keys(job.environment).length > 0) await requireEnvironment(client, job);
    const how = await execute(client, job, signal);
    if (signal.aborted) throw failed(job, whyAborted(job));
    if (how !== undefined) throw failed(job, how);
    return job.capture.streams();
  } finally {
    client.end();
  }
};

/** How it ended; `undefined` for well. */
async function execute(client: Client, job: Job, signal: AbortSignal): Promise<string | undefined> {
  const channel = await exec(client, job.command, job.environment);
  job.capture.take("stdout", channel);
  job.capture.take("stderr", channel.stderr);
  channel.end(job.stdin);
  return await new Promise((resolve, reject) => {
    const stop = (): void => {
      channel.signal("TERM");
      channel.close();
      resolve("stopped");
    };
    signal.addEventListener("abort", stop, { once: true });
    let how: string | undefined = "the connection was lost";
    channel.on("exit", (code: number | null, name?: string) => {
      if (code === 0) how = undefined;
      else how = code === null ? `ended by ${name}` : `exit status ${code}`;
    });
    channel.on("close", () => {
      signal.removeEventListener("abort", stop);
      resolve(how);
    });
    client.on("error", (error) => reject(failed(job, error.message)));
  });
}

/**
 * An ssh server drops what its `AcceptEnv` does not name, and ssh2 does not ask whether it did.
 * So the environment is looked at before a command runs that relies on it.
 */
async function requireEnvironment(client: Client, job: Job): Promise<void> {
  const channel = await exec(client, "env", job.environment);
  let found = "\n";
  channel.on("data", (chunk: Buffer) => {
    found += chunk.toString();
  });
  channel.stderr.resume();
  channel.end();
  await new Promise((resolve) => channel.on("close", resolve));
  const missing = Object.keys(job.environment).filter((name) => !found.includes(`\n${name}=`));
  const mend = "the server's AcceptEnv must name it; or put NAME=value before the command";
  for (const name of missing) {
    if (!job.optionalEnvironment.has(name)) throw new Error(`environment.${name}: refused by the ssh server; ${mend}`);
    job.call.log.debug(`${name} is not set: refused by the ssh server; ${mend}`);
  }
}

function exec(client: Client, command: string, env: Readonly<Record<string, string>>): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, { env }, (error, channel) => (error === undefined ? resolve(channel) : reject(error)));
  });
}

function failed({ command, capture, redact }: Job, how: string): CommandFailed {
  return new CommandFailed(how, command, capture.streams(), redact);
}
