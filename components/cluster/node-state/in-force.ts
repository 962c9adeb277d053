import { quoteWord } from "../../../lib/shell";

/** What is brought about on a node, and what undoes it: POSIX shell, safe to repeat both ways. */
export interface NodeState {
  /** Part of the names of files and of the unit on the node. */
  readonly name: string;
  /** One line for `systemctl status`. */
  readonly description: string;
  readonly apply: string;
  readonly undo: string;
}

const scriptOf = (name: string) => `/etc/cni-lab/${name}`;
const unitOf = (name: string) => `cni-lab-${name}.service`;

/**
 * Brings the state about now, and again at every start of the node: a network namespace, with its links and rules, does
 * not outlive the node's stop.
 */
export function bringAbout({ name, description, apply }: NodeState): string {
  const [script, unit] = [scriptOf(name), unitOf(name)];
  const lines = [
    "[Unit]",
    `Description=${description}`,
    "DefaultDependencies=no",
    "After=cni-lab-node.service",
    "Before=containerd.service kubelet.service sysinit.target",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    `ExecStart=/bin/sh -eu ${script}`,
    "[Install]",
    "WantedBy=sysinit.target",
  ];
  return `
mkdir -p /etc/cni-lab
printf '%s\\n' ${quoteWord(apply)} >${script}
printf '%s\\n' ${lines.map(quoteWord).join(" ")} >/etc/systemd/system/${unit}
systemctl daemon-reload
systemctl --quiet enable ${unit}
sh -eu ${script}`;
}

/** Undoes the state, for good; where it is not there, nothing is to be done. */
export function undo({ name, undo }: NodeState): string {
  const unit = unitOf(name);
  return `
[ ! -e /etc/systemd/system/${unit} ] || systemctl --quiet disable ${unit}
rm -f ${scriptOf(name)} /etc/systemd/system/${unit}
systemctl daemon-reload
${undo}`;
}
