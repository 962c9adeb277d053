/** With any CNI: a claim on the pods' network says nothing where there is none. */
export const withCni = { cni: ["flannel", "weave", "flannel-etcd"] };

/** With Flannel, in one of its forms. */
export const onAnyFlannel = { cni: ["flannel", "flannel-etcd"] };
