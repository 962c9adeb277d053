import { quote } from "../../../lib/shell";

/** A host on the way to a node, as OpenSSH's client is told of it. */
export interface SshHop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Its public keys, one a line, as in `/etc/ssh/ssh_host_ed25519_key.pub`; `"any"` takes whoever answers. */
  readonly hostKey: string;
  /** A file on this machine with the private key. @default the agent's, and ssh's usual files */
  readonly identityFile?: string;
}

/** The way to a machine, and what may be done there. */
export interface SshWay {
  readonly machine: SshHop;
  readonly jump?: SshHop;
  /** Whether commands run by sudo. */
  readonly sudo: boolean;
}

/** A way from what is given of it. */
export function sshWay({
  jump,
  sudo = false,
  ...machine
}: SshHopGiven & { readonly sudo?: boolean; readonly jump?: SshHopGiven }): SshWay {
  return { machine: hopOf(machine), sudo, ...(jump === undefined ? {} : { jump: hopOf(jump) }) };
}

/** A host, with the usual port and user left out. */
type SshHopGiven = Omit<SshHop, "port" | "user"> & Partial<Pick<SshHop, "port" | "user">>;

function hopOf({ host, port = 22, user = "root", hostKey, identityFile }: SshHopGiven): SshHop {
  return { host, port, user, hostKey, ...(identityFile === undefined ? {} : { identityFile }) };
}

/** Whom a way reaches, in a sentence. */
export function whomOf({ machine: { host, port, user } }: SshWay): string {
  return `${user}@${host}${port === 22 ? "" : ` (port ${port})`}`;
}

/** Where a node's own programs are, whoever logs in. */
const searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The line that runs a command on the machine: by its user's shell, which may be any, so that all of it is words. */
export function remoteLine({ machine: { user }, sudo }: SshWay, argv: readonly string[]): string {
  const line = quote(["env", searchPath, ...argv]);
  if (!sudo) {
    return line;
  }
  const refused = `${user} may not use sudo without a password here: allow it in /etc/sudoers.d with: ${user} ALL=(ALL) NOPASSWD: ALL`;
  return `sudo -n true </dev/null 2>/dev/null || { ${quote(["echo", refused])} >&2; exit 126; }; exec sudo -n ${line}`;
}

/** The names of the two hosts in the files below; those of their keys too, so that addresses may be shared. */
export const sshNames = { machine: "node", jump: "jump" } as const;

/** The variable that holds the folder of the files below; ssh reads it in its config. (ssh_config(5), ENVIRONMENT) */
export const sshFolder = "CNI_LAB_SSH";

/**
 * The config file of OpenSSH's client for one node. The user's own is not read: what is recorded in a state has to mean
 * the same on the next machine.
 *
 * @param keys which of the hosts has a private key in the folder
 */
export function sshConfig(
  { machine, jump }: SshWay,
  keys: Readonly<Partial<Record<keyof typeof sshNames, boolean>>> = {},
): string {
  return [
    ...hostLines("machine", machine, keys.machine === true),
    ...(jump === undefined ? [] : [`  ProxyJump ${sshNames.jump}`, ...hostLines("jump", jump, keys.jump === true)]),
    "Host *",
    "  BatchMode yes",
    // Three tries, one a second: a machine may be starting its server anew.
    "  ConnectionAttempts 3",
    "  ConnectTimeout 20",
    // A connection that is dead is told after a minute.
    "  ServerAliveInterval 15",
    "  ServerAliveCountMax 4",
    "  GlobalKnownHostsFile /dev/null",
    "  UpdateHostKeys no",
    "  LogLevel ERROR",
    "",
  ].join("\n");
}

function hostLines(
  name: keyof typeof sshNames,
  { host, port, user, hostKey, identityFile }: SshHop,
  hasKey: boolean,
): string[] {
  const any = hostKey === "any";
  const identity = hasKey ? `\${${sshFolder}}/${sshNames[name]}.key` : identityFile?.replaceAll("%", "%%");
  return [
    `Host ${sshNames[name]}`,
    `  HostName ${word(host)}`,
    `  Port ${port}`,
    `  User ${word(user)}`,
    `  HostKeyAlias ${sshNames[name]}`,
    `  StrictHostKeyChecking ${any ? "no" : "yes"}`,
    `  UserKnownHostsFile ${any ? "/dev/null" : `\${${sshFolder}}/known_hosts`}`,
    ...(identity === undefined ? [] : ["  IdentitiesOnly yes", `  IdentityFile ${word(identity)}`]),
  ];
}

/** The known hosts: each key under the name that the config gives its host. */
export function knownHosts({ machine, jump }: SshWay): string {
  return [...keyLines(sshNames.machine, machine), ...(jump === undefined ? [] : keyLines(sshNames.jump, jump))]
    .map((line) => `${line}\n`)
    .join("");
}

const keyLines = (name: string, { hostKey }: SshHop): string[] =>
  hostKey === "any"
    ? []
    : hostKey
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => `${name} ${line.trim()}`);

/** A value in ssh's config: in quotes where it has a space. (ssh_config(5)) */
const word = (value: string): string => (/\s/.test(value) ? `"${value}"` : value);
