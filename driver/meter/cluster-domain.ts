import { parse } from "yaml";
import { z } from "zod";
import { parseJson } from "../../lib/json";
import { read } from "../run/capture";

/** Those that tell it: kubeadm's for the kubelets, and that of the DNS server. */
const kubelets = "kubelet-config";
const server = "coredns";

const format = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string() }), data: z.record(z.string(), z.string()).optional() }),
  ),
});

/** The domain of a cluster's Services, whichever it was made with. @throws Error when the cluster can't be asked */
export async function clusterDomain(env: Readonly<Record<string, string>>): Promise<string> {
  const maps = ["get", "configmaps", kubelets, server, "--ignore-not-found", "--output", "json"];
  return readDomain(
    await read(["kubectl", "--namespace", "kube-system", ...maps, "--request-timeout", "10s"], { env }),
  );
}

/**
 * Reads the domain out of these ConfigMaps.
 *
 * @param printed what kubectl has printed of those that are there
 * @returns Kubernetes' own default where none tells
 */
export function readDomain(printed: string): string {
  const { items = [] } = format.safeParse(parseJson(printed)).data ?? {};
  const dataOf = (map: string) => items.find(({ metadata }) => metadata.name === map)?.data;
  const told: unknown = parse(dataOf(kubelets)?.kubelet ?? "")?.clusterDomain;
  // The first zone of CoreDNS' plugin: the others are for addresses, or aliases.
  const served = /^\s*kubernetes\s+([a-z0-9.-]+)/m.exec(dataOf(server)?.Corefile ?? "")?.[1];
  return typeof told === "string" && told !== "" ? told : (served ?? "cluster.local");
}
