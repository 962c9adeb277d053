import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { backendFolder } from "./owner";

/** The backend that a program's state is in; empty where nobody says. */
export function currentBackend(env: NodeJS.ProcessEnv = process.env): string {
  return env.PULUMI_BACKEND_URL || loggedIn(env.PULUMI_HOME || join(homedir(), ".pulumi"));
}

/** Where `pulumi login` has led, for a user that has no PULUMI_BACKEND_URL. */
function loggedIn(pulumiHome: string): string {
  try {
    const { current } = JSON.parse(readFileSync(join(pulumiHome, "credentials.json"), "utf8")) as { current?: unknown };
    return typeof current === "string" ? current : "";
  } catch {
    return "";
  }
}

/** The file with the state of a stack in a backend of files; undefined where there is none. By pulumi/pkg/backend/diy. */
export function checkpointFile(backend: string, project: string, stack: string): string | undefined {
  const folder = backendFolder(backend);
  return folder === undefined
    ? undefined
    : [".json", ".json.gz"]
        .map((suffix) => join(folder, ".pulumi/stacks", project, `${stack}${suffix}`))
        .find((file) => existsSync(file));
}

/** A state file as text. @throws Error for one that is torn */
export function checkpointText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** The state of a stack as text, empty where there is none; undefined where it can't be read from here. */
export function recordedText(backend: string, project: string, stack: string): string | undefined {
  if (backendFolder(backend) === undefined) {
    return undefined;
  }
  const file = checkpointFile(backend, project, stack);
  try {
    return file === undefined ? "" : checkpointText(file);
  } catch {
    // Torn: whose the things are that it names can't be told.
    return undefined;
  }
}
