import { parseJson } from "../../lib/json";
import { readPods } from "../readers/pod";
import type { ClusterAccess } from "./access";

/** What the verdict was reached on. A part that could not be asked for is absent. */
export interface Versions {
  readonly kubectl?: string;
  readonly kubernetes?: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly kubelet: string;
    readonly runtime: string;
    readonly kernel: string;
    readonly os: string;
  }[];
  /** Images of all pods, sorted. */
  readonly images: readonly string[];
}

interface VersionAnswer {
  readonly clientVersion?: { readonly gitVersion?: string };
  readonly serverVersion?: { readonly gitVersion?: string };
}
interface NodeAnswer {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly status?: { readonly nodeInfo?: Readonly<Record<string, string | undefined>> };
  }[];
}
/** Asks the cluster what it runs. Never fails: a cluster that does not answer is for the checks to report. */
export async function collectVersions(access: ClusterAccess, signal: AbortSignal): Promise<Versions> {
  const ask = async (args: readonly string[]): Promise<string | undefined> => {
    const ran = await access.kubectl(args, { signal, timeoutMs: 15_000 });
    return ran.exitCode === 0 ? ran.stdout : undefined;
  };
  const [version, nodes, pods] = await Promise.all([
    ask(["version", "-o", "json"]),
    ask(["get", "nodes", "-o", "json"]),
    ask(["get", "pods", "--all-namespaces", "-o", "json"]),
  ]);
  const answer = parseJson<VersionAnswer>(version);
  return {
    kubectl: answer?.clientVersion?.gitVersion,
    kubernetes: answer?.serverVersion?.gitVersion,
    nodes: (parseJson<NodeAnswer>(nodes)?.items ?? []).map(({ metadata, status }) => ({
      name: metadata?.name ?? "",
      kubelet: status?.nodeInfo?.kubeletVersion ?? "",
      runtime: status?.nodeInfo?.containerRuntimeVersion ?? "",
      kernel: status?.nodeInfo?.kernelVersion ?? "",
      os: status?.nodeInfo?.osImage ?? "",
    })),
    images: [...new Set((readPods(pods) ?? []).flatMap(({ images }) => images))].sort(),
  };
}
