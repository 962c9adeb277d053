import { quote } from "../../../lib/shell";
import type { Argv, ContainerEngine, ContainerPlan, EngineThing, NetworkPlan, NetworkPort } from "./engine";
import { readContainers, readInfo, readInspected, readNetworks } from "./podman-answers";
import { each, limits, pairs, sameWords, whoAndWhat } from "./same-words";

/** The words that other engines with podman's commands have not, or spell in another way. */
const own = {
  /** crun refuses a hybrid cgroup v1. */
  run: ["--runtime", "runc", "run"],
  /**
   * podman's own systemd mode binds the host's whole systemd hierarchy (cgroup v1) into the container, where the
   * systemd of each node then clears away what the others made. Without it, each node has a hierarchy of its own.
   */
  noSystemdMode: ["--systemd=false"],
  noNameServer: ["--dns=none"],
  isolated: ["--internal", "--disable-dns"],
  noAddresses: ["--ipam-driver", "none"],
  port: ({ network, link, address }: NetworkPort) =>
    `${network}:${address === undefined ? "" : `ip=${address},`}interface_name=${link}`,
  remove: ["rm", "--force", "--ignore", "--volumes", "--time", "0"],
} as const;

const removal: Readonly<Record<EngineThing, Argv>> = {
  container: ["rm", "--force", "--volumes", "--time", "0"],
  network: ["network", "rm", "--force"],
  volume: ["volume", "rm", "--force"],
};

const podmanArgv = (...words: string[]): Argv => ["podman", ...words];

const same = sameWords("podman");

/** podman as root, with netavark and runc. */
export const podman: ContainerEngine = {
  name: "podman",
  reach: "address",
  // Debian 12's: the name of an interface among the words of its network.
  oldest: "4.3",
  ...same,

  createNetwork: ({ network, labels, addresses }: NetworkPlan) => {
    const given =
      addresses === undefined ? own.noAddresses : ["--subnet", addresses.subnet, "--gateway", addresses.gateway];
    return podmanArgv("network", "create", ...own.isolated, ...each("--label", pairs(labels)), ...given, network);
  },
  hasNetwork: (network, labels) =>
    Object.keys(labels).length === 0
      ? quote(podmanArgv("network", "exists", network))
      : same.hasNetwork(network, labels),

  hasImage: (image) => podmanArgv("image", "exists", image),
  run: (plan) => quote(podmanArgv(...own.run, ...runOptions(plan), plan.image, ...plan.words)),
  removeContainer: (container, labels) => {
    const filters = [`name=^${container}$`, ...pairs(labels).map((label) => `label=${label}`)];
    return quote(podmanArgv(...own.remove, ...(filters.length === 1 ? [container] : each("--filter", filters))));
  },

  readInspected,
  listContainers: (label) => podmanArgv("ps", "--all", "--filter", `label=${label}`, "--format", "json"),
  readContainers,
  listNetworks: () => podmanArgv("network", "ls", "--format", "json"),
  readNetworks,
  removeAll: (kind, names) => podmanArgv(...removal[kind], ...names),
  info: () => podmanArgv("info", "--format", "json"),
  readInfo,
};

function runOptions(plan: ContainerPlan): Argv {
  const { machine = false, env, hosts, volumeFolders = [] } = plan;
  return [
    ...["--detach", ...whoAndWhat(plan)],
    ...[...own.noSystemdMode, "--stop-signal", plan.stopSignal, ...each("--env", pairs(env))],
    // With the host's cgroups in view, runc inside the container fails to mount its own.
    ...(machine ? ["--cgroupns=private"] : []),
    ...[...limits, ...each("--network", plan.ports.map(own.port))],
    ...[...own.noNameServer, ...each("--add-host", pairs(hosts, ":"))],
    ...[...each("--tmpfs", plan.memoryFolders), ...each("--volume", volumeFolders)],
  ];
}
