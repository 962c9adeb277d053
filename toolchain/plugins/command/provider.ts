import versions from "../../../lib/versions.json";
import type { FunctionHandler, Provider, ResourceHandler } from "../host";
import { LOCAL_COMMAND, LOCAL_RUN, REMOTE_COMMAND } from "./inputs";
import { commandFunction, commandResource } from "./lifecycle";
import { runLocally } from "./local";
import type { Runner } from "./runner";
import { schema } from "./schema";

/** ssh takes as long to load as all the rest, and few programs use it. */
const runRemotely: Runner = async (job) => (await import("./remote")).runRemotely(job);

const RESOURCES: Readonly<Record<string, ResourceHandler>> = {
  "command:local:Command": commandResource({ shape: LOCAL_COMMAND, run: runLocally }),
  "command:remote:Command": commandResource({ shape: REMOTE_COMMAND, run: runRemotely, alwaysSecret: ["connection"] }),
};
const FUNCTIONS: Readonly<Record<string, FunctionHandler>> = {
  "command:local:run": commandFunction({ shape: LOCAL_RUN, run: runLocally }),
};

/** The plugin `command`: commands on this machine and by ssh, as resources. */
export const commandProvider: Provider = {
  name: "command",
  version: versions.versions.pulumiCommand,
  resources: Object.keys(RESOURCES),
  functions: Object.keys(FUNCTIONS),
  schema: schema(),
  resource: (type) => (Object.hasOwn(RESOURCES, type) ? RESOURCES[type] : undefined),
  function: (token) => (Object.hasOwn(FUNCTIONS, token) ? FUNCTIONS[token] : undefined),
};
