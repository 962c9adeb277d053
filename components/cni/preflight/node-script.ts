import { quoteWord } from "../../../lib/shell";
import { conflistFolder } from "../../cluster/conflist-folder";
import type { CniNeeds } from "../needs";
import { nodePrograms, preflightPrograms } from "../swap/node-programs";

/** Where the runtimes keep their images: containerd, and CRI-O. */
const imageFolders = ["/var/lib/containerd", "/var/lib/containers/storage"] as const;

/**
 * Prints what `readNodeFacts` reads, a fact a line, its words between tabs; `here` alone where the CNI is on the node
 * already. Changes nothing: what it tries, it tries in a network of its own.
 *
 * @param conflist the CNI's file in the folder of the conflists
 */
export function nodeFactsScript(conflist: string, { ports, links, modules, images }: CniNeeds): string {
  const programs = [...Object.keys(nodePrograms), ...Object.keys(preflightPrograms)];
  return `
if [ -e ${conflistFolder}/${quoteWord(conflist)} ]; then echo here; exit 0; fi
say() { printf '%s\\t' "$@"; echo; }
has() { command -v "$1" >/dev/null 2>&1; }
for program in ${programs.join(" ")}; do has "$program" || say lacks "$program"; done
system=$(. /etc/os-release 2>/dev/null && echo "\${ID:-} \${ID_LIKE:-}") || system=
say system "$system"
ip -o link show | sed -n 's/^[0-9]*: \\([^:@]*\\)[:@].* mtu \\([0-9]*\\) .*/link\\t\\1\\t\\2/p'
ip -4 -o address show | awk '{ print "address\\t" $2 "\\t" $4 }'
ip -4 route show table all | awk '
  $1 ~ /^(local|broadcast|multicast|anycast)$/ { next }
  { target = $1 ~ /^(unicast|blackhole|unreachable|prohibit|throw)$/ ? $2 : $1
    link = "-"; for (i = 1; i < NF; i++) if ($i == "dev") link = $(i + 1)
    print "route\\t" target "\\t" link }'
say forwards "$(cat /proc/sys/net/ipv4/ip_forward)"
for type in ${links.map(quoteWord).join(" ")}; do
  case $type in vxlan) more="id 1 dstport 0" ;; *) more= ;; esac
  # shellcheck disable=SC2086
  unshare --net ip link add cni-lab-try type "$type" $more 2>/dev/null || say cannot "$type"
done
for module in ${modules.map(({ name }) => quoteWord(name)).join(" ")}; do
  [ -d "/sys/module/$module" ] || modprobe -n -q "$module" 2>/dev/null || say without "$module"
done
if has ss; then
${ports.map(({ protocol, port }) => `  if [ -n "$(ss -Hln${protocol[0]} "sport = :${port}" 2>/dev/null)" ]; then say taken ${protocol} ${port} "$(ss -Hlnp${protocol[0]} "sport = :${port}" | sed -n 's/.*users:(("\\([^"]*\\)".*/\\1/p' | head -n 1)"; fi`).join("\n")}
fi
ip -d -o link show type vxlan 2>/dev/null | sed -n 's/^[0-9]*: \\([^:@]*\\)[:@].* dstport \\([0-9]*\\) .*/taken\\tudp\\t\\2\\tlink \\1/p'
for image in ${images.map(quoteWord).join(" ")}; do
  if has ctr; then
    [ -n "$(ctr --namespace k8s.io images list --quiet "name==$image" 2>/dev/null)" ] || say imageless "$image"
  elif has crictl; then
    crictl inspecti "$image" >/dev/null 2>&1 || say imageless "$image"
  fi
done
for at in ${imageFolders.join(" ")}; do
  if [ -d "$at" ]; then df -Pk "$at" | awk 'NR == 2 { print "disk\\t" $6 "\\t" $4 "\\t" $2 }'; break; fi
done
echo away
`;
}
