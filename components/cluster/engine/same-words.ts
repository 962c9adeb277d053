import { quote } from "../../../lib/shell";
import type { Argv, ContainerEngine, ContainerPlan, EngineThing, Labels, Terminal } from "./engine";

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

const volumesFormat = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}{{"\\n"}}{{end}}{{end}}';

/** What podman and docker are told in the same words. */
type SameWords = Pick<
  ContainerEngine,
  "hasNetwork" | "removeNetwork" | "exec" | "start" | "isRunning" | "logs" | "inspect" | "volumesOf" | "names" | "ids"
>;

/** The half of an engine that both programs are told in the same words. */
export function sameWords(program: string): SameWords {
  const argv = (...words: string[]): Argv => [program, ...words];
  return {
    // The filters can't tell: one of several labels is enough for them.
    hasNetwork: (network, labels) => {
      const format = Object.keys(labels).map((label) => `{{index .Labels "${label}"}}`);
      const inspect = quote(argv("network", "inspect", "--format", format.join(" "), network));
      return `[ "$(${inspect} 2>/dev/null)" = ${quote([Object.values(labels).join(" ")])} ]`;
    },
    removeNetwork: (network) => argv("network", "rm", network),
    exec: (container, words, terminal = "nothing") => argv("exec", ...terminals[terminal], container, ...words),
    start: (container) => argv("start", container),
    isRunning: (container) => argv("container", "inspect", "--format", "{{.State.Running}}", container),
    logs: (container, options = []) => argv("logs", ...options, container),
    inspect: (containers) => argv("container", "inspect", ...containers),
    volumesOf: (containers) => argv("container", "inspect", "--format", volumesFormat, ...containers),
    names: (kind, label) => argv(...listing[kind], ...(label === undefined ? [] : ["--filter", `label=${label}`])),
    ids: (labels) =>
      argv(
        ...["ps", "--quiet", "--no-trunc"],
        ...each(
          "--filter",
          labels.map((label) => `label=${label}`),
        ),
      ),
  };
}

/** Who a container is, and what it may: the first options of one that is made. */
export function whoAndWhat({ container, hostname, labels, machine = false, capabilities = [] }: ContainerPlan): Argv {
  return [
    ...["--name", container, "--hostname", hostname, ...each("--label", pairs(labels))],
    // systemd, containerd and CNI plugins need the devices, mounts and network of a machine of their own.
    ...(machine ? ["--privileged"] : []),
    ...each("--cap-add", capabilities),
  ];
}

/** An option's name before each of its values. */
export const each = (option: string, values: Argv) => values.flatMap((value) => [option, value]);

/** Words as `key=value`. */
export const pairs = (values: Labels = {}, between = "=") =>
  Object.entries(values).map(([key, value]) => key + between + value);
