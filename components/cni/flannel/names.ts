import { podLogs } from "../../cluster/pod-logs";

/** Flannel's file in the folder of the conflists. */
export const flannelConflist = "10-flannel.conflist";

/** The DaemonSet of Flannel, and the label of its pods. */
export const flannelDaemonSet = { namespace: "kube-flannel", name: "kube-flannel-ds", appLabel: "flannel" } as const;

/** The links that it has made on a node: the bridge of its pods, and the tunnel, which has its VNI, 1, in its name. */
export const flannelLinks = { bridge: "cni0", tunnel: "flannel.1" } as const;

/** The UDP port of its tunnel on Linux (flannel, Documentation/backends.md). */
export const flannelPort = 8472;

/** What flanneld has decided for its node: its subnet and MTU, as shell variables. */
export const subnetFile = "/run/flannel/subnet.env";

/** Where a node keeps the logs of flanneld's pods. */
export const flannelLogs = podLogs(flannelDaemonSet.namespace);
