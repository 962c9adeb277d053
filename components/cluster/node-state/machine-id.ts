/** Whether a node has a machine-id of its own, or the one that it shares with all that were cloned from one machine. */
export type MachineIds = "own" | "shared";

/** What clones have in common. */
const clonedId = "c10ed0000000000000000000000c10ed";

/** Where a node keeps the id that it had before. */
const kept = "/etc/cni-lab/machine-id";

/**
 * The journal has a folder by the name of the id, and its reader looks into no other: the folder moves along.
 * systemd's own processes take the new id when they start next, as on a clone that was started long ago.
 */
const setId = `
set_id() {
  old=$(cat /etc/machine-id)
  [ "$old" != "$1" ] || return 0
  printf '%s\\n' "$1" >/etc/machine-id
  if [ -f /var/lib/dbus/machine-id ] && [ ! -L /var/lib/dbus/machine-id ]; then
    printf '%s\\n' "$1" >/var/lib/dbus/machine-id
  fi
  if [ -d "/var/log/journal/$old" ] && [ ! -e "/var/log/journal/$1" ]; then
    mv "/var/log/journal/$old" "/var/log/journal/$1"
    systemctl restart systemd-journald
  fi
}`;

const own = `
if [ -e ${kept} ]; then
  set_id "$(cat ${kept})"
  rm -f ${kept}
fi`;

const shared = `
mkdir -p /etc/cni-lab
[ -e ${kept} ] || cp /etc/machine-id ${kept}
set_id ${clonedId}`;

/** The shell script that gives a node such an id; safe to repeat. */
export function machineIdScript(ids: MachineIds): string {
  return `${setId}${ids === "shared" ? shared : own}`;
}
