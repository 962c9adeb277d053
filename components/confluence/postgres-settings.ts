import type { Problem } from "../../lib/user-error";

/** What decides how a database is built, as plain values. */
export interface PostgresSettings {
  readonly database: string;
  readonly user: string;
  readonly folder: string;
  readonly maxConnections: number;
}

/**
 * What PostgreSQL is started with. Without fsync a machine that loses its power may lose data; a program, a pod or a
 * container that is killed does not: what was written is with the node's kernel.
 */
export function postgresArgs({ maxConnections }: Pick<PostgresSettings, "maxConnections">): string[] {
  const settings = {
    listen_addresses: "*",
    shared_buffers: "16MB",
    max_connections: String(maxConnections),
    fsync: "off",
    full_page_writes: "off",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/**
 * Prints a password of 24 letters and digits. A program of Pulumi draws no lots itself: each run has to come to the same.
 */
export const drawPassword = "LC_ALL=C tr -dc A-Za-z0-9 </dev/urandom | head -c 24";

/** Makes the folder `$1` of a node the database's own. */
export const makeFolder = `
mkdir -p "$1"
chown 999:999 "$1"
chmod 700 "$1"`;

/** Removes it, with all data. */
export const removeFolder = `rm -rf "$1"`;

/** Everything that is wrong with the settings, all at once. */
export function postgresProblems({ database, user, folder, maxConnections }: PostgresSettings): Problem[] {
  const name = "must be 1 to 63 lower-case letters, digits and underscores, the first a letter";
  return [
    ...(isName(database) ? [] : [{ field: "database", value: database, rule: name }]),
    ...(isName(user) ? [] : [{ field: "user", value: user, rule: name }]),
    // The folder is removed in the end: it has to be one that nothing else can be in.
    ...(/^\/[\w.-]+\/[\w.-]+(\/[\w.-]+)+$/.test(folder) && folder.split("/").every((part) => !/^\.+$/.test(part))
      ? []
      : [{ field: "folder", value: folder, rule: "must be an absolute path of at least three plain names" }]),
    ...(Number.isInteger(maxConnections) && maxConnections >= 5
      ? []
      : [{ field: "maxConnections", value: String(maxConnections), rule: "must be a whole number, at least 5" }]),
  ];
}

function isName(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,62}$/.test(text);
}
