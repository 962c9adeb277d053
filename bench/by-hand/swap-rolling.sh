#!/bin/sh
# A swap without an outage as a person does it: both CNIs up, node by node, the control plane last.
# Usage: swap-rolling.sh CONTAINERS OLD NEW FOLDER. CONTAINERS is what the names of the nodes' containers begin with,
# FOLDER holds OLD.json and NEW.json, the CNIs' manifests. kubectl must reach the cluster, of three nodes.
set -eu
# shellcheck source=bench/by-hand/swap-lib.sh
. "$(dirname "$0")/swap-lib.sh"

# The lab's link to the conflist in force would hold on to the old one.
on_each_node 'rm -f /etc/cni/net.d/05-cni-lab.conflist'
if [ "$old" = weave ]; then
  # Else Flannel's file would sort before it, and be used before Flannel works.
  on_each_node 'mv /etc/cni/net.d/10-weave.conflist /etc/cni/net.d/05-weave.conflist'
fi
install "$new"
for node in n2 n3 n1; do
  on "$node" "rm -f /etc/cni/net.d/*-$old.conflist"
  # The runtime follows the folder by itself; time to see that it has.
  sleep "${SETTLE_SECONDS:-6}"
  for pod in $(pods_on "$node"); do
    move "$pod"
  done
done
kubectl delete --filename "$manifests/$old.json" >/dev/null
clean_all "$old"
