import { quote } from "../../../lib/shell";
import { readContainers, readInfo, readInspected, readNetworks } from "./docker-answers";
import { portsScript } from "./docker-ports";
import type { Argv, ContainerEngine, ContainerPlan, EngineThing, NetworkPlan, NetworkPort } from "./engine";
import { each, limits, pairs, sameWords, whoAndWhat } from "./same-words";

const removal: Readonly<Record<EngineThing, Argv>> = {
  container: ["rm", "--force", "--volumes"],
  network: ["network", "rm"],
  volume: ["volume", "rm", "--force"],
};

const bridge = "com.docker.network.bridge";

/** Nobody's address is put on what leaves by this machine, so that no answer finds its way back. */
const ownTraffic = ["--opt", `${bridge}.enable_ip_masquerade=false`];
/** Docker gives addresses out on every network; this machine then has none on it. */
const notThisMachine = ["--opt", `${bridge}.inhibit_ipv4=true`];

/** What is told of a thing of each kind, as JSON in the fields that `docker-answers.ts` reads. */
const told = {
  container: fields({
    name: ".Name",
    id: ".Id",
    image: ".Config.Image",
    running: ".State.Running",
    labels: ".Config.Labels",
  }),
  network: fields({
    name: ".Name",
    id: ".Id",
    driver: ".Driver",
    options: ".Options",
    labels: ".Labels",
    addresses: ".IPAM.Config",
  }),
} as const;

function fields(paths: Readonly<Record<string, string>>): string {
  return `{${Object.entries(paths)
    .map(([key, path]) => `"${key}":{{json ${path}}}`)
    .join(",")}}`;
}

/** How often things may go away between their listing and their inspection. */
const tries = 5;

/**
 * Prints what is told of the things whose ids a command lists, as a JSON array. Docker's own lists put labels in one text,
 * which can't be taken apart again. Parameters: the format, and the words of the command that lists.
 */
const listScript = `format=$1 kind=$2 left=${tries}
shift 2
while :; do
  ids=$(docker "$kind" ls --quiet "$@")
  [ -n "$ids" ] || { echo '[]'; exit; }
  if found=$(docker "$kind" inspect --format "$format" $ids); then break; fi
  left=$((left - 1))
  [ "$left" -gt 0 ] || exit 1
done
printf '[%s]\\n' "$(printf '%s\\n' "$found" | paste -sd , -)"`;

/** A client of 20.10 is content with the information that there is no engine. */
const infoScript = "docker version --format '{{.Server.Version}}' >/dev/null && docker info --format '{{json .}}'";

const dockerArgv = (...words: string[]): Argv => ["docker", ...words];
const script = (text: string, ...words: string[]): Argv => ["sh", "-euc", text, "sh", ...words];

const same = sameWords("docker");

/** Docker 20.10 and newer. What it spells in another way than podman, or does not have, is here. */
export const docker: ContainerEngine = {
  name: "docker",
  // The engine may be in a machine of its own, whose networks are not this machine's.
  reach: "loopback",
  // The first one with a namespace of its own for a container's cgroups.
  oldest: "20.10",
  ...same,

  /**
   * Not `--internal`: its rules drop all that is not of the network's own addresses, as of pods on a macvlan network, where
   * the kernel has bridges ask iptables. There is no way out all the same: the containers' routes to this machine go
   * when their interfaces get their names.
   */
  createNetwork: ({ network, labels, addresses }: NetworkPlan) => {
    const given =
      addresses === undefined ? notThisMachine : ["--subnet", addresses.subnet, "--gateway", addresses.gateway];
    return dockerArgv("network", "create", ...ownTraffic, ...each("--label", pairs(labels)), ...given, network);
  },
  hasNetwork: (network, labels) =>
    Object.keys(labels).length === 0
      ? `${quote(dockerArgv("network", "inspect", network))} >/dev/null 2>&1`
      : same.hasNetwork(network, labels),

  hasImage: (image) => script('docker image inspect "$1" >/dev/null', image),
  run,
  removeContainer: (container, labels) => {
    const filters = [`name=^${container}$`, ...pairs(labels).map((label) => `label=${label}`)];
    const list = quote(dockerArgv("ps", "--all", "--quiet", ...each("--filter", filters)));
    return `{ ids=$(${list}) && { [ -z "$ids" ] || docker rm --force --volumes $ids; }; }`;
  },

  readInspected,
  listContainers: (label) => script(listScript, told.container, "container", "--all", "--filter", `label=${label}`),
  readContainers,
  listNetworks: () => script(listScript, told.network, "network"),
  readNetworks,
  removeAll: (kind, names) => dockerArgv(...removal[kind], ...names),
  info: () => script(infoScript),
  readInfo,
};

/**
 * A container gets its first network when it is made, and the others before it starts. Their interfaces are eth0, eth1 and
 * so on in no order: its first process gives them their names, by the addresses of the networks.
 */
function run(plan: ContainerPlan): string {
  const { container, machine = false, ports, env, hosts, volumeFolders = [], published } = plan;
  const [first, ...others] = ports;
  const options = [
    ...[...whoAndWhat(plan), "--stop-signal", plan.stopSignal, ...each("--env", pairs(env))],
    // The first process gives the interfaces their names.
    ...(machine ? ["--cgroupns=private"] : ["--cap-add", "NET_ADMIN"]),
    ...[...limits, ...(first === undefined ? ["--network", "none"] : networkOf(first))],
    ...(published === undefined ? [] : ["--publish", `${published.address}:${published.port}:${published.to}`]),
    ...[...each("--add-host", pairs(hosts, ":")), ...each("--tmpfs", plan.memoryFolders)],
    ...each("--volume", volumeFolders),
  ];
  const named = ports.map(({ link, address }, i) => `"${link} $subnet${i} ${address === undefined ? "bare" : "keep"}"`);
  const naming = quote(["-euc", portsScript(machine), "sh"]);
  return [
    // What the image starts with comes after the interfaces have their names.
    `entry=$(${quote(dockerArgv("image", "inspect", ...entrypoint, plan.image))})`,
    ...ports.map(({ network }, i) => `subnet${i}=$(${quote(dockerArgv("network", "inspect", ...subnet, network))})`),
    `${quote(dockerArgv("create", ...options, "--entrypoint", "sh", plan.image))} ${naming} ${[...named, "--"].join(" ")} $entry ${quote(plan.words)} >/dev/null`,
    ...others.map((port) => quote(dockerArgv("network", "connect", ...addressOf(port), port.network, container))),
    `${quote(dockerArgv("start", container))} >/dev/null`,
    quote(dockerArgv("container", "inspect", "--format", "{{.Id}}", container)),
  ].join(" && ");
}

const entrypoint = ["--format", "{{range .Config.Entrypoint}}{{.}} {{end}}"];
const subnet = ["--format", "{{(index .IPAM.Config 0).Subnet}}"];
const addressOf = ({ address }: NetworkPort) => (address === undefined ? [] : ["--ip", address]);
const networkOf = (port: NetworkPort) => ["--network", port.network, ...addressOf(port)];
