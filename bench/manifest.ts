import { z } from "zod";
import { flannelDaemonSet } from "../components/cni/flannel/names";
import { weaveNet } from "../components/cni/weave/names";
import { read } from "../driver/run/capture";

/** What a CNI consists of, in an order in which it can be applied. */
const kinds = [
  "namespaces",
  "serviceaccounts",
  "clusterroles.rbac.authorization.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "configmaps",
  "daemonsets.apps",
];

/** The label `app.kubernetes.io/name` of all objects of a CNI that has a DaemonSet. */
const appLabels = new Map([
  ["flannel", flannelDaemonSet.appLabel],
  ["weave", weaveNet.appLabel],
]);

/** The CNIs whose manifests can be had. */
export const swappable: readonly string[] = [...appLabels.keys()];

const list = z.object({
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })),
});

/** The manifest of the CNI that is in the cluster, so that by hand comes and goes what the lab lets come and go. */
export async function manifestOf(cni: string, env: Readonly<Record<string, string>>): Promise<string> {
  const selector = ["--selector", `app.kubernetes.io/name=${appLabels.get(cni)}`, "--output", "json"];
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const text = await read(["kubectl", "get", kind, "--all-namespaces", ...selector], { env });
      return list.parse(JSON.parse(text)).items.map(asApplied);
    }),
  );
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: found.flat() });
}

/** Without what the API server adds. */
function asApplied({ status: _, metadata, ...object }: z.infer<typeof list>["items"][number]) {
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, selfLink, ...own } = metadata;
  return { ...object, metadata: own };
}
