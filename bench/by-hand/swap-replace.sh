#!/bin/sh
# The procedure of the article: the old CNI goes, the nodes are cleaned, the new one comes, pods are recreated.
# Usage: swap-replace.sh CONTAINERS OLD NEW FOLDER, as swap-rolling.sh has it.
set -eu
# shellcheck source=bench/by-hand/swap-lib.sh
. "$(dirname "$0")/swap-lib.sh"

kubectl delete "$(daemonset_of "$old")" --namespace "$(namespace_of "$old")" --cascade=foreground >/dev/null
case $old in
  flannel)
    on_each_node 'ip link delete cni0; ip link delete flannel.1; rm -rf /etc/cni/net.d/*; systemctl restart kubelet'
    ;;
  weave)
    # Without its database and its list of peers gone, the next Weave would wait for peers that are no more.
    kubectl delete configmap weave-net --namespace kube-system --ignore-not-found >/dev/null
    on_each_node 'ip link delete weave; rm -rf /etc/cni/net.d/* /var/lib/weave; systemctl restart kubelet'
    ;;
esac
install "$new"
kubectl delete pods --namespace cni-lab --all --wait=false >/dev/null
kubectl delete pods --namespace kube-system --selector k8s-app=kube-dns --wait=false >/dev/null
await_pods
kubectl delete --filename "$manifests/$old.json" --ignore-not-found >/dev/null
