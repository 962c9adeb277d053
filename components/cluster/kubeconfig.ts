/** The parts of a kubeconfig that the lab changes. */
interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[];
}

/**
 * The kubeconfig of a control plane, made usable by who reaches the API server at an address: only nodes know the
 * endpoint's name, and its certificate is still checked against that.
 *
 * @param json what `kubectl config view --raw -o json` prints on the control plane
 */
export function reachedAt(json: string, endpoint: { name: string; address: string; port: number }): string {
  const config = JSON.parse(json) as Kubeconfig;
  return JSON.stringify({
    ...config,
    clusters: config.clusters.map(({ name, cluster }) => ({
      name,
      cluster: { ...cluster, server: `https://${endpoint.address}:${endpoint.port}`, "tls-server-name": endpoint.name },
    })),
  });
}
