import { chosenConflist, cniMarks, cordonMark } from "./names";
import { swapPrelude } from "./prelude";
import { takeTurns } from "./turns";

/** How long a node's handover waits for what; in seconds. */
export interface HandoverDeadlines {
  /** Until the successor is ready on a node. */
  readonly successor: number;
  /** Until a disruption budget lets one pod go, and from then on until what replaces it is Ready. */
  readonly pod: number;
  /** Until a turn that nobody ends counts as left behind. @default 30 more than a pod may take for both */
  readonly turn?: number;
}

/**
 * Runs when a CNI leaves a node: `$1` the node, `$2` the CNI. Moves the node's pods to the successor, one by one.
 *
 * The node is cordoned only until its runtime uses the successor's conflist. Cordoned any longer, a cluster of one node,
 * or a workload that is bound to its node, would have nowhere to go to. A pod that lands on a node that is still to be
 * moved is moved there once more.
 *
 * Where nodes are not to be cleaned nothing is done, as if this had been a `kubectl delete` of the CNI's objects.
 *
 * @param sideBySide how many nodes are moved side by side: where it is more than one, they take turns
 */
export function handoverDelete({ successor, pod, turn = 2 * pod + 30 }: HandoverDeadlines, sideBySide = 1): string {
  return `${swapPrelude}
own=$2
look
case $desired in
  none) say "no CNI follows $own: pods keep their addresses"; exit 0 ;;
  "$own") say "$own stays"; exit 0 ;;
esac
[ "$cleanup" = on ] || { say "nodes are not cleaned: new pods still get $own's network"; exit 0; }
${findSuccessor(successor)}
if [ "$recreate" = on ]; then
${refuseBarePods}
fi
${switchRuntime}
[ "$recreate" = on ] || { say "pods are not recreated: they keep the addresses that they have"; exit 0; }
${sideBySide > 1 ? takeTurns(turn, sideBySide) : ""}
${movePods(pod, sideBySide > 1)}
left=$(ask '[.items[] | select(strayed($networks)) | .spec.nodeName | select(. != $node)] | unique | length')
say "all pods are on $desired; nodes with pods to move: $left"
`;
}

const findSuccessor = (seconds: number) => `
successor() { of_cnis '[.[].metadata | select(.labels["${cniMarks.cni}"] == $cni)][0]'"$1 // empty" --arg cni "$desired"; }
uid=$(successor .uid)
networks=$(successor '.annotations["${cniMarks.network}"]')
conflist=$folder/$(successor '.annotations["${cniMarks.conflist}"]')
[ -n "$uid" ] || fail "$own can't leave: the cluster is to have $desired, but it is not there"

successor_ready() {
  look_at_pods
  last=$(ask '[.items[] | select(.spec.nodeName == $node and controller.uid == $uid and (leaving | not))]
    | if any(ready) then "ready" elif length == 0 then "it has no pod here" else map(told) | join("; ") end' --arg uid "$uid")
  [ "$last" = ready ] || return 1
  last="there is no $conflist"
  [ -e "$conflist" ]
}
end=$(($(now) + ${seconds}))
until successor_ready; do
  [ "$(now)" -lt "$end" ] || fail "$own can't leave: $desired is not ready here after ${seconds} s: $last"
  rest 1
done
`;

/** Of all nodes, so that the first of them refuses before any pod was moved. */
const refuseBarePods = `
lost=$(ask '[.items[] | select(strayed($networks) and bare and (leaving | not)) | id] | join(", ")')
[ -z "$lost" ] || fail "$own can't leave: nothing would recreate these pods; delete them or give them an owner: $lost"
`;

/** Only what a swap has cordoned is uncordoned, also by the next run after one that was killed. */
const switchRuntime = `
first=$(in_force)
case $first in
  "$folder"/0[0-4]*) fail "$own can't leave: the runtime uses $first, which sorts before ${chosenConflist}" ;;
esac
cordon_mark() {
  json=$(get node "$node") || exit 1
  printf '%s' "$json" | jq -r '(.spec.unschedulable // false | tostring) + " " + (.metadata.annotations["${cordonMark}"] // "-")'
}
uncordon() {
  k patch node "$node" --type merge --patch '{"spec":{"unschedulable":null},"metadata":{"annotations":{"${cordonMark}":null}}}' >/dev/null ||
    say "is left cordoned: run kubectl uncordon $node"
}
at_end() { case $(cordon_mark) in *" swap") uncordon ;; esac; }
mark=$(cordon_mark)
case $mark in
  "false -")
    k patch node "$node" --type merge --patch '{"spec":{"unschedulable":true},"metadata":{"annotations":{"${cordonMark}":"swap"}}}' >/dev/null
    ;;
esac
choose "$conflist"
# A pod that is being made just now still gets the old network; the loop below finds it.
sleep 1
case $mark in "false -" | *" swap") uncordon ;; esac
at_end() { :; }
say "new pods get $desired's network"
`;

/**
 * Pods are evicted, so that disruption budgets are kept. Deleted are those that were not Ready, as a budget may forbid
 * their eviction for as long as they are not, and the move may be what mends them; and those of DaemonSets: their own
 * controller heeds no budget either, and what counts disruptions knows no DaemonSet, so that most budgets would forbid
 * these for ever.
 */
const evictPod = (seconds: number) => String.raw`
delete_pod() { k delete pod --namespace "$namespace" "$name" --wait=false --ignore-not-found >/dev/null; }
# Of this uid: an owner may have replaced it by one of the same name.
evict() {
  jq -nc --arg namespace "$namespace" --arg name "$name" --arg uid "$uid" '{ apiVersion: "policy/v1", kind: "Eviction",
    metadata: { $namespace, $name }, deleteOptions: { preconditions: { $uid } } }' |
    k create --raw "/api/v1/namespaces/$namespace/pods/$name/eviction" --filename - >/dev/null 2>"$errors"
}
evict_pod() {
  evict_end=$(($(now) + ${seconds}))
  waits=
  until evict; do
    last=$(cat "$errors")
    look_at_pods
    case $(ask 'first(.items[] | select(.metadata.uid == $uid and (leaving | not)) | ready | tostring) // "ended"' --arg uid "$uid") in
      true) ;;
      false) ready=false; delete_pod; return ;;
      *) return ;;
    esac
    [ -n "$waits" ] || say "waits until $namespace/$name may be evicted: $last"
    waits=yes
    [ "$(now)" -lt "$evict_end" ] || fail "$namespace/$name can't be evicted after ${seconds} s: $last$(tight_budgets)"
    sleep 1
  done
}
# kubectl does not say which budget it is.
tight_budgets() {
  budgets=$(get poddisruptionbudgets.policy --namespace "$namespace") || exit 1
  printf '%s' "$budgets" | jq -r '[.items[] | select((.status.disruptionsAllowed // 0) < 1)
    | "\(.metadata.name) (\(.status.currentHealthy // 0) healthy, \(.status.desiredHealthy // 0) must be)"] | join(", ")
    | if . == "" then . else "; budgets of the namespace that allow none: " + . end'
}
`;

/**
 * A replacement counts when it is Ready: a DaemonSet's on this node and with an address of the successor, another
 * owner's wherever it is, once as many are Ready as before. A pod that was not Ready before holds nothing up, nor does
 * a StatefulSet that makes no replacement as long as another of its pods is not Ready, which was not before either: that
 * one may wait for the move itself, or be in a pause between restarts that is longer than any deadline here.
 */
const movePods = (seconds: number, hasTurns: boolean) => String.raw`${evictPod(seconds)}
next_pod() {
  ask '[.items[] | select(.spec.nodeName == $node and strayed($networks))] | sort_by(leaving, id) | first // empty
    | [.metadata.namespace, .metadata.name, .metadata.uid, (leaving | tostring), (ready | tostring),
       (controller.kind // "-"), (controller.uid // "-")] | join(" ")'
}
ready_of_owner='[.items[] | select(controller.uid == $owner and (leaving | not) and ready)] | length'
unready_of_owner='[.items[] | select(controller.uid == $owner and .metadata.uid != $uid and (ready | not)) | .metadata.uid] | tojson'

# "moved" into $last, or what is seen instead. Into $held what keeps the owner from making a replacement.
progress() {
  look_at_pods
  last=$(ask 'if any(.items[]; .metadata.uid == $uid) then "it has not ended"
    elif $ready != "true" or ($kind | IN("DaemonSet", "ReplicaSet", "StatefulSet", "ReplicationController") | not) then "moved"
    else [.items[] | select(controller.uid == $owner and (leaving | not)
        and ($kind != "DaemonSet" or .spec.nodeName == $node))] as $new
      | [$new[] | select(ready and ($kind != "DaemonSet" or (strayed($networks) | not)))] as $good
      | if ($good | length) >= ($before | tonumber) then "moved"
        else "\($good | length) of \($before) are Ready: " + ($new | map(told) | join("; ")) end
    end' --arg uid "$uid" --arg ready "$ready" --arg kind "$kind" --arg owner "$owner" --arg before "$before")
  held=$(ask 'if $kind != "StatefulSet" or any(.items[]; controller.uid == $owner and .metadata.name == $name) then ""
    else [.items[] | select(.metadata.uid | IN($unready[])) | select(ready | not) | .metadata.name] | join(", ") end' \
    --arg kind "$kind" --arg owner "$owner" --arg name "$name" --argjson unready "$unready")
}

${hasTurns ? "at_end() { end_turn; }" : ""}
look_at_pods
while :; do
  pod=$(next_pod)
  [ -n "$pod" ] || break
  read -r namespace name uid leaving ready kind owner <<END
$pod
END
  case $kind in - | Node) fail "nothing would recreate $namespace/$name; delete it or give it an owner" ;; esac
  before=1
  unready='[]'
  if [ "$kind" != DaemonSet ]; then
    ${hasTurns ? 'take_turn "$owner" "$namespace/$name"\n    look_at_pods' : ""}
    before=$(ask "$ready_of_owner" --arg owner "$owner")
    unready=$(ask "$unready_of_owner" --arg owner "$owner" --arg uid "$uid")
  fi
  if [ "$leaving" = false ]; then
    if [ "$ready" = true ]; then say "moves $namespace/$name"; else say "moves $namespace/$name, which was not Ready and is not waited for"; fi
    case "$ready $kind" in true\ DaemonSet | false\ *) delete_pod ;; *) evict_pod ;; esac
    # Tells of its end at once, and costs less than asking; what it misses is seen below.
    k wait --for=delete "pod/$name" --namespace "$namespace" --timeout=9s >/dev/null 2>&1 || true
  else
    ready=false
  fi
  begun=$(now)
  end=$((begun + ${seconds}))
  until progress && [ "$last" = moved ]; do
    if [ -n "$held" ] && [ "$(now)" -ge $((begun + ${Math.ceil(seconds / 12)})) ]; then
      say "goes on without $namespace/$name: its StatefulSet waits for $held, which was not Ready before either"
      break
    fi
    [ "$(now)" -lt "$end" ] || fail "$namespace/$name has no Ready replacement after ${seconds} s: $last"
    rest 0.3
  done
  ${hasTurns ? "end_turn" : ""}
done
`;
