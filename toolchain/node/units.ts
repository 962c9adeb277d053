import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

/** Units of the lab that a node starts, by the target that wants them. */
const enabled: Readonly<Record<string, readonly string[]>> = {
  "multi-user.target": ["kubelet.service"],
  "sysinit.target": ["cni-lab-node.service"],
};

/**
 * Units of Debian that have nothing to do in a container: hardware, logins, time, upgrades. systemd-sysctl would set
 * values of the whole machine (fs.protected_*, kernel.pid_max), as a node may write to /proc/sys.
 */
const masked: readonly string[] = [
  "apt-daily-upgrade.timer",
  "apt-daily.timer",
  "console-getty.service",
  "dev-hugepages.mount",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "e2scrub_reap.service",
  "fstrim.timer",
  "getty-static.service",
  "getty.target",
  "kmod-static-nodes.service",
  "proc-sys-fs-binfmt_misc.automount",
  "sys-fs-fuse-connections.mount",
  "sys-kernel-config.mount",
  "sys-kernel-debug.mount",
  "sys-kernel-tracing.mount",
  "systemd-binfmt.service",
  "systemd-firstboot.service",
  "systemd-logind.service",
  "systemd-modules-load.service",
  "systemd-networkd.service",
  "systemd-remount-fs.service",
  "systemd-resolved.service",
  "systemd-sysctl.service",
  "systemd-timesyncd.service",
];

/** Enables and masks units in a tree of files for a node, as `systemctl enable` and `systemctl mask` do. */
export async function linkUnits(files: string): Promise<void> {
  const units = join(files, "etc", "systemd", "system");
  for (const [target, names] of Object.entries(enabled)) {
    const wants = join(units, `${target}.wants`);
    await mkdir(wants, { recursive: true });
    await Promise.all(names.map((name) => symlink(join("..", name), join(wants, name))));
  }
  await Promise.all(masked.map((name) => symlink("/dev/null", join(units, name))));
}
