/** Programs that scripts on a node call, each with the package of Debian and Ubuntu, and of Fedora and RHEL, that has it. */
export const nodePrograms = {
  kubectl: { deb: "kubectl", rpm: "kubectl" },
  jq: { deb: "jq", rpm: "jq" },
  flock: { deb: "util-linux", rpm: "util-linux" },
  ip: { deb: "iproute2", rpm: "iproute" },
  iptables: { deb: "iptables", rpm: "iptables" },
  conntrack: { deb: "conntrack", rpm: "conntrack-tools" },
  awk: { deb: "mawk", rpm: "gawk" },
  systemctl: { deb: "systemd", rpm: "systemd" },
} as const;

/** Those that the packets of a preflight take besides. */
export const preflightPrograms = {
  bash: { deb: "bash", rpm: "bash" },
  timeout: { deb: "coreutils", rpm: "coreutils" },
  ss: { deb: "iproute2", rpm: "iproute" },
  "systemd-run": { deb: "systemd", rpm: "systemd" },
  "systemd-socket-activate": { deb: "systemd", rpm: "systemd" },
} as const;

const packagesOf: Readonly<Record<string, { readonly deb: string; readonly rpm: string }>> = {
  ...nodePrograms,
  ...preflightPrograms,
};

/** Systems whose packages are RPMs, as `ID` and `ID_LIKE` of /etc/os-release name them. */
export const rpmSystems = ["fedora", "rhel", "centos", "suse"] as const;

/** How each kind of system installs packages. */
export const installers = { deb: "apt-get install --yes", rpm: "dnf install --assumeyes" } as const;

const table = Object.entries(nodePrograms)
  .map(([program, { deb, rpm }]) => `${program}:${deb}:${rpm}`)
  .join(" ");

/** The shell lines that end a script where its node lacks a program: before anything is done there, all in one sentence. */
export const requirePrograms = `
lacks=
for each in ${table}; do
  command -v "\${each%%:*}" >/dev/null 2>&1 || lacks="$lacks $each"
done
if [ -n "$lacks" ]; then
  system=$(. /etc/os-release 2>/dev/null && echo "\${ID:-} \${ID_LIKE:-}") || system=
  install="${installers.deb}"
  case $system in ${rpmSystems.map((name) => `*${name}*`).join(" | ")}) install="${installers.rpm}" ;; esac
  programs= packages=
  for each in $lacks; do
    programs="$programs \${each%%:*}"
    of=\${each#*:}
    case $install in apt-get*) of=\${of%%:*} ;; *) of=\${of##*:} ;; esac
    packages="$packages $of"
  done
  fail "lacks$programs; nothing was changed here. Run on it: $install$packages"
fi`;

/**
 * The command that installs what a node lacks.
 *
 * @param system `ID` and `ID_LIKE` of its /etc/os-release
 */
export function installCommand(missing: readonly string[], system: string): string {
  const kind = rpmSystems.some((name) => system.includes(name)) ? "rpm" : "deb";
  const packages = [...new Set(missing.map((program) => packagesOf[program]?.[kind] ?? program))];
  return `${installers[kind]} ${packages.join(" ")}`;
}
