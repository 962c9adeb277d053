/** Seconds that the API server may take for all of it. */
const apiSeconds = 60;

/** What is asked for. PodDisruptionBudgets and NetworkPolicies are in every cluster, used or not. */
const kinds = "pods,services,poddisruptionbudgets.policy,networkpolicies.networking.k8s.io,nodes";

/** What the kubelet says where a node lacks nothing but a CNI, as one does that has had none yet. (kubelet's runtime state) */
const noCni = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady";

/**
 * Prints what `readClusterFacts` reads, of all namespaces, as JSON, and a last line `seen`. Its standard input is a
 * kubeconfig. Runs on a node, and changes nothing there.
 */
export const clusterFactsScript = `
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/kubeconfig"
kubectl --kubeconfig "$work/kubeconfig" --request-timeout ${apiSeconds}s get ${kinds} --all-namespaces --output json >"$work/all"
jq -c '
  def controller: first(.metadata.ownerReferences[]? | select(.controller == true)) // null;
  .items[] | { kind, namespace: .metadata.namespace, name: .metadata.name } + (
    if .kind == "Pod" then {
      labels: (.metadata.labels // {}), node: .spec.nodeName, owner: (controller | if . == null then null else { kind, name, uid } end),
      phase: .status.phase, leaving: (.metadata.deletionTimestamp != null), hostNetwork: (.spec.hostNetwork == true),
      hostPorts: [.spec.containers[].ports[]?.hostPort // empty], images: [.spec.containers[].image],
      graceSeconds: (.spec.terminationGracePeriodSeconds // 30) }
    elif .kind == "Service" then { addresses: (.spec.clusterIPs // []) }
    elif .kind == "PodDisruptionBudget" then { selector: (.spec.selector // {}), allowed: .status.disruptionsAllowed,
      healthy: .status.currentHealthy, wanted: .status.desiredHealthy, expected: .status.expectedPods }
    elif .kind == "Node" then { pressed: any(.status.conditions[]?; .type == "DiskPressure" and .status == "True"),
      ready: any(.status.conditions[]?; .type == "Ready" and (.status == "True" or (.message // "" | startswith("${noCni}")))), cordoned: (.spec.unschedulable == true) }
    else {} end)' "$work/all"
echo seen
`;
