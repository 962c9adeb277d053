import type { CniDefinition } from "../../components/cni/definition";
import { cnis } from "../../components/cni/registry";

/** With the CNIs that are so: what `when` of a check takes. */
export function withCnis(isSo: (cni: CniDefinition) => boolean): { readonly cni: readonly string[] } {
  return { cni: cnis.filter(isSo).map(({ id }) => id) };
}

/** With any CNI: a claim on the pods' network says nothing where there is none. */
export const withCni = withCnis(() => true);

/** With Flannel, in one of its forms. */
export const onAnyFlannel = { cni: ["flannel", "flannel-etcd"] };
