import { desiredCni } from "./names";

/**
 * Shell functions by which nodes that are moved side by side take turns: one at a time moves a pod of one owner, so that
 * never two replicas are away at once. A turn is a Lease of the owner's, as a leader of Kubernetes' own programs has one.
 *
 * @param seconds after which a turn that nobody ends counts as left behind by a script that was killed
 * @param sideBySide how many nodes are moved side by side
 */
export const takeTurns = (seconds: number, sideBySide: number): string => `
turn=
turn_lease() {
  jq -nc --arg name "$turn" --arg node "$node" --arg version "$1" '{ apiVersion: "coordination.k8s.io/v1", kind: "Lease",
    metadata: ({ name: $name, namespace: "${desiredCni.namespace}", labels: { "app.kubernetes.io/part-of": "cni-lab" } }
      + if $version == "" then {} else { resourceVersion: $version } end),
    spec: { holderIdentity: $node, leaseDurationSeconds: ${seconds} } }'
}
# Waits until this node may move pods of the owner $1, of which people know the pod $2.
take_turn() {
  turn=cni-lab-move-$1
  turn_end=$(($(now) + ${seconds * sideBySide}))
  turn_seen=
  until turn_lease "" | k create --filename - >/dev/null 2>"$errors"; do
    turn_said=$(cat "$errors")
    lease=$(get lease --namespace ${desiredCni.namespace} "$turn") || exit 1
    turn_of=$(printf '%s' "$lease" | jq -r '.spec.holderIdentity + " " + .metadata.resourceVersion')
    # One of a script that was killed on this node: no other runs here.
    case $turn_of in "$node "*) return ;; esac
    if [ "$turn_of" != "$turn_seen" ]; then
      [ -n "$turn_seen" ] || [ -z "$turn_of" ] || say "waits for \${turn_of%% *}, which moves a pod of the owner of $2"
      turn_seen=$turn_of
      turn_since=$(now)
    elif [ -n "$turn_of" ] && [ "$(now)" -ge $((turn_since + ${seconds})) ]; then
      turn_lease "\${turn_of#* }" | k replace --filename - >/dev/null 2>&1 && return
    fi
    [ "$(now)" -lt "$turn_end" ] || fail "no turn to move $2 came in ${seconds * sideBySide} s; last: $turn_said"
    sleep 0.5
  done
}
end_turn() {
  [ -z "$turn" ] || k delete lease --namespace ${desiredCni.namespace} "$turn" --ignore-not-found >/dev/null 2>&1 || true
  turn=
}
`;
