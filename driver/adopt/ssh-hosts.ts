import { existsSync } from "node:fs";
import type { Problem } from "../../lib/user-error";
import type { Machine } from "../../stacks/existing-schema";
import { capture } from "../run/capture";

type SshHost = NonNullable<NonNullable<Machine["ssh"]>["jump"]>;

/** How ssh would reach a host by the user's own config: only that is known of it, so that the stack needs no config. */
export async function sshHost(target: string): Promise<(SshHost & { readonly jump?: SshHost }) | Problem> {
  const settings = await settingsOf(["-G", target]);
  if ("rule" in settings) {
    return settings;
  }
  const { hostname = target, user = "root", port = "22", proxyjump, hostkeyalias } = settings.one;
  if ("proxycommand" in settings.one && settings.one.proxycommand !== "none") {
    return {
      field: "ssh config",
      value: target,
      rule: "has a ProxyCommand, which is not recorded in a stack",
      fix: "use ProxyJump there, or name the hosts in a file (--nodes)",
    };
  }
  const hostKey = await knownKey(hostkeyalias ?? hostname, Number(port), settings.all);
  if (hostKey === undefined) {
    return {
      field: "host key",
      value: target,
      rule: `is not in your known_hosts, so nobody can tell whether this is the machine`,
      fix: `log in once with ssh ${target}, compare the key that it shows, and run the same command again`,
    };
  }
  const identityFile = await ownIdentity(target, settings.all.identityfile ?? []);
  const jump = proxyjump === undefined || proxyjump === "none" ? undefined : await sshHost(lastOf(proxyjump));
  if (jump !== undefined && "rule" in jump) {
    return jump;
  }
  if (proxyjump?.includes(",") === true || jump?.jump !== undefined) {
    return {
      field: "ssh config",
      value: target,
      rule: "has more than one jump host",
      fix: "name one that reaches the machine",
    };
  }
  return {
    host: hostname,
    ...(port === "22" ? {} : { port: Number(port) }),
    user,
    hostKey,
    ...(identityFile === undefined ? {} : { identityFile }),
    ...(jump === undefined ? {} : { jump }),
  };
}

/** Words such as `user@host:22`, as the option takes them and as a target is written. */
function lastOf(jump: string): string {
  const first = jump.split(",")[0] ?? jump;
  const [, target = first, port] = /^(.*?)(?::(\d+))?$/.exec(first) ?? [];
  return port === undefined ? target : `ssh://${target}:${port}`;
}

interface SshSettings {
  readonly one: Readonly<Record<string, string>>;
  readonly all: Readonly<Record<string, readonly string[]>>;
}

/** What `ssh -G` prints: one setting a line, some of them several times. */
async function settingsOf(words: readonly string[]): Promise<SshSettings | Problem> {
  const { exitCode, stdout, stderr } = await capture(["ssh", ...words]);
  if (exitCode !== 0) {
    const rule = `must be something that ssh reaches: ${stderr.trim()}`;
    return { field: "--ssh", value: words.at(-1), rule, fix: "write it as for ssh, as in admin@%h" };
  }
  const all: Record<string, string[]> = {};
  for (const line of stdout.split("\n")) {
    const [, key = "", value = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
    all[key] = [...(all[key] ?? []), value];
  }
  return { one: Object.fromEntries(Object.entries(all).map(([key, [first = ""]]) => [key, first])), all };
}

/** The keys that the user's known_hosts have under this name, one a line; undefined where there is none. */
async function knownKey(
  name: string,
  port: number,
  { userknownhostsfile = [], globalknownhostsfile = [] }: SshSettings["all"],
): Promise<string | undefined> {
  const files = [...userknownhostsfile, ...globalknownhostsfile]
    .flatMap((line) => line.split(" "))
    .map((file) => (file.startsWith("~/") ? `${process.env.HOME}${file.slice(1)}` : file))
    .filter((file) => existsSync(file));
  const listed = await Promise.all(
    files.map((file) => capture(["ssh-keygen", "-F", port === 22 ? name : `[${name}]:${port}`, "-f", file])),
  );
  const keys = listed
    .flatMap(({ stdout }) => stdout.split("\n"))
    .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("@"))
    .map((line) => line.split(" ").slice(1, 3).join(" "));
  return keys.length === 0 ? undefined : [...new Set(keys)].join("\n");
}

/** The key file that the user's config names for this host, and for it alone. */
async function ownIdentity(target: string, files: readonly string[]): Promise<string | undefined> {
  const usual = await settingsOf(["-F", "/dev/null", "-G", target]);
  const others = "rule" in usual ? [] : (usual.all.identityfile ?? []);
  const named = files.find((file) => !others.includes(file));
  return named?.startsWith("~/") ? `${process.env.HOME}${named.slice(1)}` : named;
}
