import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Problem } from "../../lib/user-error";

/** Seen: 17 a node (systemd, containerd, the kubelet, a few of each pod), all of root. */
const neededPerNode = 20;

const limitFile = "/proc/sys/fs/inotify/max_user_instances";

/** A kubelet that gets no inotify instance ends with "too many open files", and its node never joins. */
export function inotifyProblems(nodes: number, used: number, limit: number): Problem[] {
  const needed = used + nodes * neededPerNode;
  if (limit >= needed) {
    return [];
  }
  const rule = `must be at least ${needed}: ${used} are in use, and each of ${nodes} nodes needs ${neededPerNode}`;
  return [
    {
      field: "fs.inotify.max_user_instances of this machine",
      value: String(limit),
      rule,
      fix: `run: sysctl -w fs.inotify.max_user_instances=${Math.max(512, needed)}`,
    },
  ];
}

/** How many inotify instances root's processes hold, and how many they may. */
export function inotifyState(): { used: number; limit: number } {
  const held = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).filter((fd) => isInotify(`/proc/${pid}/fd/${fd}`));
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
  return { used: held.length, limit: Number(readFileSync(limitFile, "utf8")) };
}

function isInotify(file: string): boolean {
  try {
    return readlinkSync(file) === "anon_inode:inotify";
  } catch {
    return false;
  }
}
