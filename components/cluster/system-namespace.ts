/** Where Kubernetes keeps what is its own, and a cluster which CNI it is to have. */
export const systemNamespace = "kube-system";
