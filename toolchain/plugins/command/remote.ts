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
  try {
    const how = await runOnce(job, connection, stop.signal);
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
  }
};

/** How often a connection may be lost before its command began, which no command notices. */
const maxLosses = 5;

/** Runs the command once, however often it takes to begin it; answers how it ended, `undefined` for well. */
async function runOnce(job: Job, connection: Tree, signal: AbortSignal): Promise<string | undefined> {
  for (let losses = 1; ; losses++) {
    const client = await dial(connection, signal, job.call.log.status);
    try {
      if (Object.keys(job.environment).length > 0) await requireEnvironment(client, job, signal);
      return await execute(client, job.command, job, signal, (channel) => {
        job.capture.take("stdout", channel);
        job.capture.take("stderr", channel.stderr);
        channel.end(job.stdin);
      });
    } catch (error) {
      if (!(error instanceof NotBegun) || signal.aborted || losses >= maxLosses) throw error;
      job.call.log.status(`${error.message}; connecting again`);
    } finally {
      client.end();
    }
  }
}

/** The connection was lost while no command ran on it. */
class NotBegun extends Error {
  constructor(why: string) {
    super(`the ssh connection was lost before the command began (${why})`);
    this.name = "NotBegun";
  }
}

/** What is known of a command whose connection is gone. */
const lost = "the connection was lost, so it may have run to its end or not; the next update or destroy runs it again";

/** Runs a command until its channel closes; answers how it ended, `undefined` for well. */
function execute(
  client: Client,
  command: string,
  { environment }: Job,
  signal: AbortSignal,
  use: (channel: ClientChannel) => void,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    // Until the server has answered, nothing runs there.
    const early = (): void => reject(new NotBegun("it was closed"));
    client.once("close", early);
    begin(client, command, environment, (error, channel) => {
      client.off("close", early);
      if (error !== undefined) return reject(isRefusal(error) ? error : new NotBegun(error.message));
      client.once("close", () => resolve(lost));
      let how: string | undefined = lost;
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

function begin(
  client: Client,
  command: string,
  environment: Job["environment"],
  done: (error: Error | undefined, channel: ClientChannel) => void,
): void {
  try {
    client.exec(command, { env: { ...environment } }, done);
  } catch (error) {
    // A client whose socket is gone says so at once.
    done(error as Error, undefined as never);
  }
}

/** Whether the server, still there, does not run commands: asking again would not help. */
function isRefusal({ message }: Error): boolean {
  return /Unable to exec|Channel open failure/i.test(message);
}

/**
 * An ssh server drops what its `AcceptEnv` does not name, and ssh2 does not ask whether it did.
 * So the environment is looked at before a command runs that relies on it.
 */
async function requireEnvironment(client: Client, job: Job, signal: AbortSignal): Promise<void> {
  let found = "\n";
  const how = await execute(client, "env", job, signal, (channel) => {
    channel.on("data", (chunk: Buffer) => {
      found += chunk.toString();
    });
    channel.stderr.resume();
    channel.end();
  });
  if (how === lost) throw new NotBegun("while its environment was looked at");
  const missing = Object.keys(job.environment).filter((name) => !found.includes(`\n${name}=`));
  const mend = "the server's AcceptEnv must name it; or put NAME=value before the command";
  for (const name of missing) {
    if (!job.optionalEnvironment.has(name)) throw new Error(`environment.${name}: refused by the ssh server; ${mend}`);
    job.call.log.debug(`${name} is not set: refused by the ssh server; ${mend}`);
  }
}
