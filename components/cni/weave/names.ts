import { podLogs } from "../../cluster/pod-logs";

/** Weave's file in the folder of the conflists. */
export const weaveConflist = "10-weave.conflist";

/** The DaemonSet of Weave, and the label of its pods; its ConfigMap has the same name. */
export const weaveNet = { namespace: "kube-system", name: "weave-net", appLabel: "weave-net" } as const;

/** The bridge of Weave's pods. */
export const weaveBridge = "weave";

/** Weave's tunnel where the kernel carries its packets. */
export const weaveTunnel = "vxlan-6784";

/** The network that it gives addresses out of where none is named: launch.sh's own. */
export const defaultRange = "10.32.0.0/12";

/** The UDP port by which routers reach each other. */
export const routerPort = 6783;

/** The UDP port by which the nodes' kernels carry its packets (weave, router/fastdp.go: one more than the router's). */
export const dataPort = routerPort + 1;

/** The MTU of its pods where none is named (weave, net/bridge.go: what every cloud's network takes). */
export const defaultMtu = 1376;

/** Where a router answers, on the node itself. */
export const routerPages = "http://127.0.0.1:6784";

/** Its status, for people and for scripts. */
export const statusPages = `${routerPages}/status`;

/** Where a node keeps the logs of its router's pods. */
export const weaveLogs = podLogs(weaveNet.namespace, weaveNet.name);
