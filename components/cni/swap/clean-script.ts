import { quote, quoteWord } from "../../../lib/shell";
import { removeLinks } from "./clean-links";
import { removeIpsets, removePortmapRules, removeRules } from "./clean-rules";
import { type CleanDeadlines, mayClean } from "./may-clean";
import { glob, ownThings } from "./own-things";
import { swapPrelude } from "./prelude";
import type { Residue } from "./residue";

/** What is usual. */
const usual: CleanDeadlines = { pods: 90, processes: 15, strays: 120 };

/**
 * Runs when a CNI is gone: `$1` the node. Removes what the CNI left, and only that: what the node had before its first CNI
 * stays, what is no CNI's, and what belongs to containers of another network. Does nothing where the CNI never came, while
 * it is to stay, or where nodes are not to be cleaned. Fails, and removes nothing, while the CNI lives. Safe to repeat.
 */
export function cleanScript(residue: Residue, deadlines: CleanDeadlines = usual): string {
  return `${swapPrelude}
own=${quoteWord(residue.cni)}
${ownThings(residue)}
${mayClean(residue, deadlines)}
say "removes what $own left"
${stopUnits(residue)}
${takeConflistAway(residue)}
${removeConfigMaps(residue)}
${removeRules(residue)}
${removePortmapRules(residue)}
${removeIpsets(residue)}
${removeFiles(residue)}
${removeAnnotations(residue)}
if [ "$rolling" = no ]; then
  wait "$marking" || fail "can't mark the pods that are cut off here"
  # Nothing follows: the kubelet has to learn that its node has no network any more. In a swap it must go on running,
  # as it shows every probed pod as not ready after its start, which would empty the Services.
  systemctl restart kubelet
fi
# Last: where no CNI follows, pods that are left still reach each other until here.
${removeLinks(residue)}
say "nothing of $own is left"
`;
}

/** The runtime must at no moment find the folder empty, or the wrong file first, when another CNI is there. */
function takeConflistAway({ conflist }: Residue): string {
  return `
conflist=$folder/${quoteWord(conflist)}
if [ "$(readlink "$chosen")" = "\${conflist##*/}" ]; then
  other=
  for file in "$folder"/*.conflist; do
    case $file in "$chosen" | "$conflist" | "$folder/*.conflist") ;; *) other=$file ;; esac
  done
  if [ -n "$other" ]; then choose "$other"; else rm -f "$chosen"; fi
fi
stays file "$conflist" || rm -f "$conflist"`;
}

/** Services that were left by an update that was cut short run still. */
function stopUnits({ units = [] }: Residue): string {
  return units
    .map(quoteWord)
    .map(
      (unit) => `stays file /etc/systemd/system/${unit} || systemctl --quiet disable --now ${unit} 2>/dev/null || true`,
    )
    .join("\n");
}

function removeConfigMaps({ configMaps }: Residue): string {
  return configMaps
    .map((map) => `k delete configmap ${quote([map.name, "--namespace", map.namespace])} --ignore-not-found >/dev/null`)
    .join("\n");
}

function removeFiles({ folders, files = [], units = [], binaries, networkName }: Residue): string {
  const paths = [
    ...[...folders, ...files].map(quoteWord),
    // The records of containers: files of this network's, not the folder, which live containers share.
    `/var/lib/cni/results/${quoteWord(networkName)}-*`,
    `/var/lib/cni/multus/results/${quoteWord(networkName)}-*`,
    `/var/lib/cni/networks/${quoteWord(networkName)}/*`,
    quoteWord(`/var/lib/cni/networks/${networkName}`),
    ...binaries.map((name) => `/opt/cni/bin/${glob(name)}`),
  ];
  return `
for path in ${paths.join(" ")}; do
  if [ -e "$path" ] || [ -L "$path" ]; then
    stays file "$path" || stays folder "$path" || rm -rf "$path"
  fi
done${units.length === 0 ? "" : "\nsystemctl daemon-reload"}`;
}

function removeAnnotations({ nodeAnnotations }: Residue): string {
  return nodeAnnotations
    .map(
      (beginning) => `
json=$(get node "$node") || exit 1
names=$(printf '%s' "$json" | jq -r --arg beginning ${quoteWord(beginning)} '
  (.metadata.annotations // {}) | keys[] | select(startswith($beginning))' | while read -r name; do
  stays annotation "$name" || echo "$name-"
done)
# shellcheck disable=SC2086
[ -z "$names" ] || k annotate node "$node" $names >/dev/null`,
    )
    .join("\n");
}
