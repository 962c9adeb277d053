/** The network of a cluster's pods where none is named; each node has a part of it. The same as upstream Flannel's. */
export const defaultPodNetwork = "10.244.0.0/16";
