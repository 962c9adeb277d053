import { quoteWord } from "../../../lib/shell";
import { conflistFolder } from "../../cluster/conflist-folder";
import { multusConf } from "../../networks/names";
import { chosenConflist, cniMarks, cutOffMark, desiredCni, desiredNetwork, foundCnis, leftUndone } from "./names";

/** Seconds that a script waits for another one on its node: a killed engine leaves its script running. */
const lockSeconds = 600;

/** Seconds that the API server may be silent. */
const apiSeconds = 60;

/** What the scripts ask about pods, as jq functions. Of addresses, IPv4 ones only. */
export const podQueries = String.raw`
def number: split(".") | map(tonumber) | .[0] * 16777216 + .[1] * 65536 + .[2] * 256 + .[3];
def within($cidr): ($cidr | split("/")) as [$base, $prefix]
  | pow(2; 32 - ($prefix | tonumber)) as $size
  | (number / $size | floor) == ($base | number / $size | floor);
def id: "\(.metadata.namespace)/\(.metadata.name)";
def ready: any(.status.conditions[]?; .type == "Ready" and .status == "True");
def controller: first(.metadata.ownerReferences[]? | select(.controller == true)) // null;
def bare: controller == null or controller.kind == "Node";
def leaving: .metadata.deletionTimestamp != null;
def wired: .spec.hostNetwork != true
  and (.status.podIP // "" | test("^[0-9.]+$"))
  and (.status.phase == "Running" or .status.phase == "Pending");
def strayed($networks): wired and (
  .metadata.annotations["${cutOffMark}"] != null
  or (.status.podIP as $ip | all($networks | split(" ")[]; . as $network | $ip | within($network) | not)));
def told: "\(.metadata.name) on \(.spec.nodeName // "no node yet") is \(if ready then "Ready" else "not Ready" end) with address \(.status.podIP // "none")";
`;

/** What they ask about DaemonSets: one that was found has its marks from the list. */
const daemonSetQueries = `
def marked: .metadata as $it
  | (first($found[] | select(.namespace == $it.namespace and .name == $it.name)) // null) as $mark
  | if $mark == null then . else .metadata.labels["${cniMarks.cni}"] = $mark.cni
    | .metadata.annotations["${cniMarks.network}"] = $mark.network
    | .metadata.annotations["${cniMarks.conflist}"] = $mark.conflist end;
`;

/**
 * What every script of a swap begins with. `$1` is the node's name in Kubernetes; the standard input is an
 * administrator's kubeconfig. One script at a time runs on a node. Every wait has a deadline.
 *
 * Needs on the node what `node-programs.ts` lists; the arrival of a CNI looks for it.
 */
export const swapPrelude = `
node=$1
queries=${quoteWord(podQueries)}
marks=${quoteWord(daemonSetQueries)}
folder=${conflistFolder}
chosen=$folder/${chosenConflist}
say() { echo "$node: $*" >&2; }
fail() { say "$*"; exit 1; }
now() { date +%s; }
at_end() { :; }
exec 9>/run/cni-lab-swap.lock
flock -w ${lockSeconds} 9 || fail "another script of a swap has run here for ${lockSeconds} s"
kubeconfig=/run/cni-lab-swap.kubeconfig
errors=/run/cni-lab-swap.errors
trap 'at_end; rm -f "$kubeconfig" "$errors"' EXIT
trap 'exit 1' HUP INT TERM
rm -f "$kubeconfig"
(umask 077 && cat >"$kubeconfig")

k() { kubectl --kubeconfig "$kubeconfig" --request-timeout 10s "$@" 9>&-; }

# Prints objects as JSON, nothing for one that is not there. Never in a pipe: its failure would go unseen there.
get() {
  api_end=$(($(now) + ${apiSeconds}))
  until k get "$@" --ignore-not-found --output json 2>"$errors"; do
    [ "$(now)" -lt "$api_end" ] || fail "the API server did not answer 'get $*' in ${apiSeconds} s; last: $(cat "$errors")"
    sleep 1
  done
}
look_at_pods() {
  looked=$(uptime_seconds)
  pods=$(get pods --all-namespaces) || exit 1
  looked=$(($(uptime_seconds) - looked))
}
uptime_seconds() { read -r up _ </proc/uptime; echo "\${up%.*}"; }
# Pauses a loop that looks at pods, for $1 seconds, or for as long as the last look took: on a node that is slow or busy
# asking must not take the time that what is waited for needs.
rest() { if [ "$looked" -gt 1 ]; then sleep "$looked"; else sleep "$1"; fi; }

# All that a swap asks of the cluster, in one call: to start kubectl takes longer than the answer. The CNI that the
# cluster is to have goes into $desired, "none" also when nobody says so any more, and into $cleanup and $recreate
# whether nodes are to be cleaned and pods recreated; the pods into $pods, the networks of the CNIs that are there into
# $networks. As long as the CNI that is wished is not there, the one that was found is, if that lives: a swap that has
# failed before it made anything may be given up by the deletion of all.
look() {
  state=$(get configmaps,daemonsets,pods --all-namespaces) || exit 1
  pods=$(printf '%s' "$state" | jq -c '{ items: [.items[] | select(.kind == "Pod")] }')
  wish=$(printf '%s' "$state" | jq -r '[.items[] | select(.kind == "ConfigMap").metadata as $it
    | select($it.namespace == "${desiredCni.namespace}" and $it.name == "${desiredCni.name}").data][0] // {}
    | "\\(.${desiredCni.key} // "none") \\(.${leftUndone.nodeCleanup} // "on") \\(.${leftUndone.recreatePods} // "on") \\(.${desiredNetwork} // "-") \\(.${foundCnis} // "[]")"')
  read -r desired cleanup recreate network found <<END
$wish
END
  there=$(of_cnis 'map(.metadata) as $there | [$there[].labels["${cniMarks.cni}"]] as $cnis
    | if $network == "-" and $wished != "none" and ($cnis | index($wished) | not)
      then first($found[].cni | select(IN($cnis[]))) // $wished else $wished end
    | "\\(.) \\([$there[].annotations["${cniMarks.network}"] // empty, ($network | select(. != "-"))] | join(" "))"' \
    --arg wished "$desired" --arg network "$network")
  read -r desired networks <<END
$there
END
}

# Asks $state about the DaemonSets, a list: the question, then jq's arguments.
of_daemonsets() {
  question=$1
  shift
  printf '%s' "$state" | jq -r --argjson found "$found" "$@" "$marks"'[.items[] | select(.kind == "DaemonSet") | marked] | '"$question"
}

# The same about those of CNIs.
of_cnis() {
  question=$1
  shift
  of_daemonsets 'map(select(.metadata.labels["${cniMarks.cni}"] != null)) | '"$question" "$@"
}

# Asks about the pods in $pods: the question, then jq's arguments. The question knows $node and $networks.
ask() {
  question=$1
  shift
  printf '%s' "$pods" | jq -r --arg node "$node" --arg networks "$networks" "$@" "$queries $question"
}

# The conflist in force: the first by name, but for what leads to it.
in_force() {
  for file in "$folder"/*; do
    case $file in
      "$folder"/${multusConf}) ;;
      *.conf | *.conflist | *.json) echo "$file"; return ;;
    esac
  done
}

network_of() { jq -r .name "$1"; }

# Makes the runtime, and Multus, use this conflist of the folder from now on. The runtime follows a rename inside the
# folder by itself, and only that: its watch ignores files that appear. The ending .new is none that it reads.
choose() {
  if [ "$(readlink "$chosen")" = "\${1##*/}" ]; then return; fi
  ln -sf "\${1##*/}" "$chosen.new"
  mv -T "$chosen.new" "$chosen"
}

# Recreates at once what holds an address of none of $networks here; no waiting for readiness, as it has no network. The
# pods have been looked at.
recreate_strays() {
  strays_end=$(($(now) + $1))
  while :; do
    strays=$(ask '[.items[] | select(.spec.nodeName == $node and strayed($networks))]')
    [ "$strays" != "[]" ] || return 0
    lost=$(printf '%s' "$strays" | jq -r "$queries"'[.[] | select(bare and (leaving | not)) | id] | join(", ")')
    [ -z "$lost" ] || fail "nothing would recreate these pods, whose addresses lead nowhere; delete them: $lost"
    [ "$(now)" -lt "$strays_end" ] ||
      fail "pods still hold addresses that lead nowhere after $1 s: $(printf '%s' "$strays" | jq -r "$queries"'[.[] | id + (if leaving then " (ending)" else "" end)] | join(", ")')"
    delete_strays
    sleep 0.3
    look_at_pods
  done
}

# The same where they will get no better address: each of those that are here now, once. The pods have been looked at.
recreate_once() {
  once_end=$(($(now) + $1))
  strays=$(ask '[.items[] | select(.spec.nodeName == $node and strayed($networks) and (bare | not))]')
  old=$(printf '%s' "$strays" | jq -r 'map(.metadata.uid) | join(" ")')
  delete_strays
  while :; do
    look_at_pods
    left=$(ask '[.items[] | select(.metadata.uid | IN($old | split(" ")[])) | id] | join(", ")' --arg old "$old")
    [ -n "$left" ] || return 0
    [ "$(now)" -lt "$once_end" ] || fail "pods have not ended after $1 s: $left"
    sleep 1
  done
}

# Deletes the pods in $strays: one call for each namespace, side by side, as they are cut off until this is done. kubectl
# itself watches them end, which takes less than to ask, on a node that has new pods to start.
delete_strays() {
  printf '%s' "$strays" |
    jq -r "$queries"'map(select(leaving | not).metadata) | group_by(.namespace)[] | "\\(.[0].namespace) \\(map(.name) | join(" "))"' | {
    while read -r namespace names; do
      say "recreates in $namespace: $names"
      # shellcheck disable=SC2086
      { k delete pod --namespace "$namespace" $names --timeout=9s --ignore-not-found 2>&1 >/dev/null || true; } |
        { grep -v "timed out waiting" >&2 || true; } &
    done
    wait
  }
}
`;
