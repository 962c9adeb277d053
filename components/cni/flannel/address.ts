/** An annotation of a node from which flannel takes an address; `none` leaves it to flannel. */
export type FlannelAnnotation = "node-public-ip" | "public-ip-overwrite" | "none";

const annotations = ["node-public-ip", "public-ip-overwrite"] as const satisfies readonly FlannelAnnotation[];

/** The annotations' common beginning. */
export const flannelPrefix = "flannel.alpha.coreos.com/";

/**
 * The shell script that gives the node such an annotation, and takes the others away: `$1` the node's name, `$2` its
 * address. A node may write its own annotations, once it has joined.
 */
export function flannelAddressScript(wanted: FlannelAnnotation): string {
  const words = annotations.map((name) =>
    name === wanted ? `${flannelPrefix}${name}="$2"` : `${flannelPrefix}${name}-`,
  );
  return `kubectl --kubeconfig /etc/kubernetes/kubelet.conf annotate node "$1" --overwrite ${words.join(" ")} >/dev/null`;
}
