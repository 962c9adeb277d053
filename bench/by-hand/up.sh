#!/bin/sh
# The floor: the steps of `./lab up flannel` as a person types them, one after another.
# Usage: up.sh NODE_IMAGE. Prints "ready" when the last pod is. Undone by down.sh.
set -eu
image=$1
here=$(cd "$(dirname "$0")" && pwd)
network=cni-lab-by-hand
lan=172.28.253

exec_in() {
  name=$1
  shift
  podman exec -i "$network-$name" "$@"
}
kubectl() { exec_in n1 kubectl --kubeconfig /etc/kubernetes/admin.conf "$@"; }

podman network create --internal --disable-dns --label cni-lab.stack=by-hand --subnet "$lan.0/24" "$network" >/dev/null
for n in 1 2 3; do
  podman --runtime runc run --detach --name "$network-n$n" --hostname "n$n" --label cni-lab.stack=by-hand \
    --env "container_uuid=$(cat /proc/sys/kernel/random/uuid)" --privileged --systemd=false --stop-signal SIGRTMIN+3 --cgroupns=private --ulimit nproc=30000:30000 --ulimit nofile=20000:20000 \
    --network "$network:ip=$lan.1$n,interface_name=eth1" --dns=none --add-host "control-plane:$lan.11" \
    --tmpfs /run --tmpfs /tmp --volume /var "$image" /lib/systemd/systemd >/dev/null
done
for n in 1 2 3; do
  until exec_in "n$n" ctr version >/dev/null 2>&1; do sleep 0.2; done
done

exec_in n1 sh -c 'cat >/run/cluster.yaml' <"$here/cluster.yaml"
exec_in n1 kubeadm init --config /run/cluster.yaml --ignore-preflight-errors=all --skip-token-print >/dev/null 2>&1
join=$(exec_in n1 kubeadm token create --print-join-command)
for n in 2 3; do
  # shellcheck disable=SC2086 # the join command is several words
  exec_in "n$n" $join --node-name "n$n" --ignore-preflight-errors=all >/dev/null 2>&1
done

kubectl apply -f - <"$here/flannel.yaml" >/dev/null
kubectl --namespace kube-flannel rollout status daemonset/kube-flannel-ds --timeout 5m >/dev/null
kubectl apply -f - <"$here/probe.yaml" >/dev/null
kubectl --namespace cni-lab rollout status daemonset/probe --timeout 5m >/dev/null
kubectl --namespace cni-lab rollout status daemonset/probe2 --timeout 5m >/dev/null
echo ready
