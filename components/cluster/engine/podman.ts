import { quote } from "../../../lib/shell";
import type {
  Argv,
  ContainerEngine,
  ContainerPlan,
  EngineThing,
  Labels,
  NetworkPlan,
  NetworkPort,
  Terminal,
} from "./engine";
import { readContainers, readInspected, readNetworks } from "./podman-answers";

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

/** Without CAP_SYS_RESOURCE on the host no limit can be raised above its own; these are within any. */
export const limits = ["--ulimit", "nproc=30000:30000", "--ulimit", "nofile=20000:20000"];

const terminals: Readonly<Record<Terminal, Argv>> = {
  nothing: [],
  input: ["--interactive"],
  "input and terminal": ["--interactive", "--tty"],
};

const listing: Readonly<Record<EngineThing, Argv>> = {
  container: ["ps", "--all", "--format", "{{.Names}}"],
  network: ["network", "ls", "--format", "{{.Name}}"],
  volume: ["volume", "ls", "--format", "{{.Name}}"],
};

const removal: Readonly<Record<EngineThing, Argv>> = {
  container: ["rm", "--force", "--volumes", "--time", "0"],
  network: ["network", "rm", "--force"],
  volume: ["volume", "rm", "--force"],
};

const volumesFormat = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}{{"\\n"}}{{end}}{{end}}';

const podmanArgv = (...words: string[]): Argv => ["podman", ...words];

/** Each of the values behind an option's name. */
const each = (option: string, values: Argv) => values.flatMap((value) => [option, value]);
const pairs = (values: Labels = {}, between = "=") =>
  Object.entries(values).map(([key, value]) => key + between + value);

/** podman as root, with netavark and runc. */
export const podman: ContainerEngine = {
  name: "podman",

  createNetwork: ({ network, labels, addresses }: NetworkPlan) => {
    const given =
      addresses === undefined ? own.noAddresses : ["--subnet", addresses.subnet, "--gateway", addresses.gateway];
    return podmanArgv("network", "create", ...own.isolated, ...each("--label", pairs(labels)), ...given, network);
  },
  // podman's filters can't tell: it takes each of several for enough.
  hasNetwork: (network, labels) => {
    if (Object.keys(labels).length === 0) return quote(podmanArgv("network", "exists", network));
    const format = Object.keys(labels).map((label) => `{{index .Labels "${label}"}}`);
    const inspect = quote(podmanArgv("network", "inspect", "--format", format.join(" "), network));
    return `[ "$(${inspect} 2>/dev/null)" = ${quote([Object.values(labels).join(" ")])} ]`;
  },
  removeNetwork: (network) => podmanArgv("network", "rm", network),

  hasImage: (image) => podmanArgv("image", "exists", image),
  run: (plan) => podmanArgv(...own.run, ...runOptions(plan), plan.image, ...plan.words),
  removeContainer: (container, labels) => {
    const filters = [`name=^${container}$`, ...pairs(labels).map((label) => `label=${label}`)];
    return quote(podmanArgv(...own.remove, ...(filters.length === 1 ? [container] : each("--filter", filters))));
  },

  exec: (container, words, terminal = "nothing") => podmanArgv("exec", ...terminals[terminal], container, ...words),
  start: (container) => podmanArgv("start", container),
  isRunning: (container) => podmanArgv("container", "inspect", "--format", "{{.State.Running}}", container),
  logs: (container, options = []) => podmanArgv("logs", ...options, container),

  inspect: (containers) => podmanArgv("container", "inspect", ...containers),
  readInspected,
  pids: (containers) => podmanArgv("inspect", "--format", "{{.State.Pid}}", ...containers),
  volumesOf: (containers) => podmanArgv("container", "inspect", "--format", volumesFormat, ...containers),

  listContainers: (label) => podmanArgv("ps", "--all", "--filter", `label=${label}`, "--format", "json"),
  readContainers,
  listNetworks: () => podmanArgv("network", "ls", "--format", "json"),
  readNetworks,
  names: (kind, label) => podmanArgv(...listing[kind], ...(label === undefined ? [] : ["--filter", `label=${label}`])),
  ids: (labels) =>
    podmanArgv(
      "ps",
      "--quiet",
      "--no-trunc",
      ...each(
        "--filter",
        labels.map((label) => `label=${label}`),
      ),
    ),
  removeAll: (kind, names) => podmanArgv(...removal[kind], ...names),
  storeFolder: () => podmanArgv("info", "--format", "{{.Store.GraphRoot}}"),
};

function runOptions(plan: ContainerPlan): Argv {
  const { machine = false, capabilities = [], env, hosts, volumeFolders = [] } = plan;
  return [
    ...["--detach", "--name", plan.container, "--hostname", plan.hostname, ...each("--label", pairs(plan.labels))],
    // systemd, containerd and CNI plugins need the devices, mounts and network of a machine of their own.
    ...(machine ? ["--privileged"] : []),
    ...each("--cap-add", capabilities),
    ...[...own.noSystemdMode, "--stop-signal", plan.stopSignal, ...each("--env", pairs(env))],
    // With the host's cgroups in view, runc inside the container fails to mount its own.
    ...(machine ? ["--cgroupns=private"] : []),
    ...[...limits, ...each("--network", plan.ports.map(own.port))],
    ...[...own.noNameServer, ...each("--add-host", pairs(hosts, ":"))],
    ...[...each("--tmpfs", plan.memoryFolders), ...each("--volume", volumeFolders)],
  ];
}
