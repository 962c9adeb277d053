import { flannelEtcdConflist } from "../flannel-etcd";
import { quote, quoteWord } from "../shell";
import { recordScript } from "./fingerprint";
import { cniMarks, cutOffMark, loneCnis } from "./names";
import { swapPrelude } from "./prelude";
import type { Residue } from "./residue";

/** Seconds until the pods of a deleted DaemonSet have ended, and until the last pods are off the old network. */
const deadlines = { daemonSetPods: 90, strays: 120 } as const;

/**
 * Runs before a CNI comes to a node: `$1` the node. Notes what the node is like, and what the CNI may leave. Where another
 * CNI is in force its conflist is held on to: that of the new one may sort before it and appears before its network works.
 */
export function arriveScript(residue: Residue): string {
  return `${swapPrelude}
own=${quoteWord(residue.cni)}
${refuseCompany(residue)}
${recordScript(residue)}
first=$(in_force)
case $first in
  "" | "$chosen" | *.conf | *.json | "$folder"/${quoteWord(residue.conflist)}) ;;
  *)
    choose "$first"
    say "stays with $(network_of "$first") until its handover"
    ;;
esac
`;
}

/** Before anything is made of the CNI: one that can't be beside another neither comes to one nor lets one come. */
function refuseCompany({ cni, conflist }: Residue): string {
  const unwanted = loneCnis.includes(cni) ? '"$folder"/*.conflist' : `"$folder"/${flannelEtcdConflist}`;
  return `
for file in ${unwanted}; do
  case $file in "$chosen" | "$folder"/${quoteWord(conflist)} | "$folder/*.conflist") continue ;; esac
  [ ! -e "$file" ] ||
    fail "$own can't come beside $(network_of "$file"), whose $file is here: set cni to none first, then to $own"
done`;
}

/**
 * Runs when a CNI is gone: `$1` the node. Removes what the CNI left, and only that: what belongs to containers of
 * another network stays. Safe to repeat, and does nothing while the CNI is to stay, or where nodes are not to be cleaned.
 */
export function cleanScript(residue: Residue): string {
  return `${swapPrelude}
own=${quoteWord(residue.cni)}
${mayClean(residue)}
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

function mayClean({ daemonSet, units = [] }: Residue): string {
  return `
look
before=$desired
rolling=yes
case $desired in none | "$own") rolling=no ;; esac
${daemonSet === undefined ? "" : waitForDaemonSet(daemonSet)}
${units.map(staysWith).join("\n")}
if [ "$cleanup" = off ]; then
  say "nodes are not cleaned: what $own left stays"
  [ "$rolling$recreate" != yeson ] || recreate_once ${deadlines.strays}
  exit 0
fi
if [ "$rolling$recreate" = yeson ]; then
  recreate_strays ${deadlines.strays}
  look
fi
# An engine that was killed can have left this waiting, while the next one brings the CNI back.
if [ "$desired" = "$own" ] && [ "$before" != "$own" ]; then say "$own comes back"; exit 0; fi
# Their addresses may be inside the network of the CNI that comes next, but their links will be gone.
mark_cut_off() {
  ask '[.items[] | select(.spec.nodeName == $node and strayed($networks)).metadata] | group_by(.namespace)[]
      | "\\(.[0].namespace) \\(map(.name) | join(" "))"' |
    while read -r namespace names; do
      # shellcheck disable=SC2086
      k annotate pod --namespace "$namespace" $names --overwrite ${cutOffMark}="$own" >/dev/null
    done
}
[ "$rolling" = yes ] || { mark_cut_off & marking=$!; }`;
}

/** Nothing is cleaned while the CNI's pods live, which would make it anew. */
function waitForDaemonSet({ namespace, name, appLabel }: NonNullable<Residue["daemonSet"]>): string {
  const selectOwn = quote(["--arg", "namespace", namespace, "--arg", "app", appLabel]);
  return `living=$(of_cnis '.[].metadata | select(.labels["${cniMarks.cni}"] == $own) | tojson' --arg own "$own")
if [ -n "$living" ]; then
  [ "$desired" != "$own" ] || { say "$own stays"; exit 0; }
  ${deleteLeftDaemonSet({ namespace, name })}
fi
end=$(($(now) + ${deadlines.daemonSetPods}))
while :; do
  left=$(ask '[.items[] | select(.spec.nodeName == $node and .metadata.namespace == $namespace
    and .metadata.labels["app.kubernetes.io/name"] == $app).metadata.name] | join(", ")' ${selectOwn})
  [ -n "$left" ] || break
  [ "$(now)" -lt "$end" ] || fail "$own's pods have not ended after ${deadlines.daemonSetPods} s: $left"
  sleep 0.5
  look
done`;
}

/** The same of a service, whose unit goes when it is deleted. */
const staysWith = (unit: string) =>
  `if [ "$desired" = "$own" ] && [ -e /etc/systemd/system/${quoteWord(unit)} ]; then say "$own stays"; exit 0; fi`;

/**
 * Pulumi deletes the DaemonSet before this runs, unless it does not know it: its creation was cut short. Then no pod was
 * moved to this CNI, and a pod that has an address of it all the same must not lose it here.
 */
function deleteLeftDaemonSet({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  const kubectl = `kubectl delete daemonset --namespace ${namespace} ${name}`;
  return `networks=$(printf '%s' "$living" | jq -r '.annotations["${cniMarks.network}"] // empty')
  held=$(ask '[.items[] | select(wired and (leaving | not) and (strayed($networks) | not)) | id] | join(", ")')
  [ "$rolling" = no ] || [ -z "$held" ] ||
    fail "$own can't be cleaned away: these pods use it; run ${kubectl}, which cuts them off: $held"
  say "deletes ${namespace}/${name}, which was left by an update that was cut short"
  k delete daemonset ${quote([name, "--namespace", namespace])} --ignore-not-found >/dev/null
  look`;
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
rm -f "$conflist"`;
}

/** Services that were left by an update that was cut short run still. */
function stopUnits({ units = [] }: Residue): string {
  return units.length === 0 ? "" : `systemctl --quiet disable --now ${quote(units)} 2>/dev/null || true`;
}

function removeConfigMaps({ configMaps }: Residue): string {
  return configMaps
    .map((map) => `k delete configmap ${quote([map.name, "--namespace", map.namespace])} --ignore-not-found >/dev/null`)
    .join("\n");
}

/**
 * No pod that works is on the old network any more, but its link may be there still: the runtime asked the other CNI to
 * remove it, which knows nothing of it, and a connection that can't end keeps its network namespace for minutes.
 */
function removeLinks({ links, routesInside }: Residue): string {
  return `
links() { ip -o link show "$@" | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }'; }
# One end of a pair takes the other with it.
delete_link() { if ip link show "$1" >/dev/null 2>&1; then ip link delete "$1"; fi; }
for link in $(links); do
  case $link in
    ${pattern(links)})
      for attached in $(links master "$link" 2>/dev/null); do delete_link "$attached"; done
      delete_link "$link"
      ;;
  esac
done
ip -4 route show root ${quoteWord(routesInside)} | while read -r target rest; do
  ip -4 route delete "$target" || [ -z "$(ip -4 route show "$target")" ] || fail "the route to $target $rest stays"
done`;
}

/** Rules are removed by their own text, not by number: kube-proxy may add some meanwhile. */
function removeRules({ chains, rules }: Residue): string {
  return `
delete_rules() {
  iptables -w 30 -t "$1" -S "$2" 2>/dev/null | grep -e "$3" | while read -r rule; do
    # The text is read by a shell once more, as it holds quotes; what would be run there is left alone.
    case $rule in *'$'* | *'\`'*) say "stays, as it is odd: $rule"; continue ;; esac
    case $rule in -A*) eval "iptables -w 30 -t $1 -D ${"$"}{rule#-A}" ;; esac
  done
}
delete_chains() {
  chains=$(iptables -w 30 -t "$1" -S | awk -v name="$2" '$1 == "-N" && index($2, name) == 1 { print $2 }')
  for chain in $chains; do
    for from in $(iptables -w 30 -t "$1" -S | awk -v chain="$chain" '
      $1 == "-A" { for (i = 3; i < NF; i++) if (($i == "-j" || $i == "-g") && $(i + 1) == chain) print $2 }' | sort -u); do
      delete_rules "$1" "$from" "-[jg] $chain\\( \\|$\\)"
    done
  done
  for chain in $chains; do iptables -w 30 -t "$1" -F "$chain"; done
  for chain in $chains; do iptables -w 30 -t "$1" -X "$chain"; done
}
${rules.map(({ table, chain, holding }) => `delete_rules ${quote([table, chain, holding])}`).join("\n")}
${chains.map(({ table, name }) => `delete_chains ${quote([table, name.replace(/\*$/, "")])}`).join("\n")}`;
}

/** The host ports of containers on the old network. The portmap plugin notes the network's name on each rule. */
function removePortmapRules({ networkName }: Residue): string {
  const note = quoteWord(`name: \\\\"${networkName}\\\\"`);
  return `
ports() { iptables -w 30 -t nat -S CNI-HOSTPORT-DNAT 2>/dev/null | grep '^-A' || true; }
gone=$(ports | grep -e ${note} | sed 's/.*-j \\(CNI-DN-[0-9a-f]*\\).*/\\1/') || true
for chain in $gone; do
  delete_rules nat CNI-HOSTPORT-DNAT "-j $chain\\( \\|$\\)"
  iptables -w 30 -t nat -F "$chain"
  iptables -w 30 -t nat -X "$chain"
done
if [ -z "$(ports)" ]; then delete_chains nat CNI-HOSTPORT-; fi`;
}

function removeIpsets({ ipsets }: Residue): string {
  if (ipsets.length === 0) {
    return "";
  }
  return `
for set in $(ipset list -n 2>/dev/null); do
  case $set in ${pattern(ipsets)}) ipset destroy "$set" ;; esac
done`;
}

function removeFiles({ folders, files = [], units = [], binaries, networkName }: Residue): string {
  const paths = [
    ...[...folders, ...files].map(quoteWord),
    // The records of containers: files of this network's, not the folder, which live containers share.
    `/var/lib/cni/results/${quoteWord(networkName)}-*`,
    `/var/lib/cni/multus/results/${quoteWord(networkName)}-*`,
    quoteWord(`/var/lib/cni/networks/${networkName}`),
    ...binaries.map((name) => `/opt/cni/bin/${glob(name)}`),
  ];
  return [`rm -rf ${paths.join(" ")}`, ...(units.length === 0 ? [] : ["systemctl daemon-reload"])].join("\n");
}

function removeAnnotations({ nodeAnnotations }: Residue): string {
  return nodeAnnotations
    .map(
      (beginning) => `
json=$(get node "$node") || exit 1
names=$(printf '%s' "$json" | jq -r --arg beginning ${quoteWord(beginning)} '
  (.metadata.annotations // {}) | keys[] | select(startswith($beginning)) + "-"')
# shellcheck disable=SC2086
[ -z "$names" ] || k annotate node "$node" $names >/dev/null`,
    )
    .join("\n");
}

/** Alternatives of a shell's `case`. */
function pattern(names: readonly string[]): string {
  return names.map(glob).join(" | ");
}

/** A name, and anything behind it where it ends in `*`. */
function glob(name: string): string {
  return name.endsWith("*") ? `${quoteWord(name.slice(0, -1))}*` : quoteWord(name);
}
