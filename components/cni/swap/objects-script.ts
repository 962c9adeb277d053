import { keepKubeconfig, workFolder } from "../../cluster/shell/scripts";
import { cniMarks, desiredCni, desiredNetwork, foundCnis } from "./names";

/** Seconds until the DaemonSet must run on all nodes, and until all objects must be gone. */
const seconds = { ready: 300, gone: 180 } as const;

/**
 * Runs where Pulumi runs, with an administrator's kubeconfig as its standard input. `OBJECTS` is a list of objects, and
 * `$1 $2` the namespace and the name of the DaemonSet among them. Where that is there nothing is done; else the objects are
 * made as they were.
 */
export const restoreObjects = `${workFolder}
${keepKubeconfig}
if k get daemonset --namespace "$1" "$2" >/dev/null 2>"$work/said"; then
  echo "$1/$2 is there, and is left as it is" >&2
  exit 0
fi
grep -q NotFound "$work/said" || { echo "the cluster can't be asked for $1/$2: $(cat "$work/said")" >&2; exit 1; }
printf '%s' "$OBJECTS" | k apply --server-side --force-conflicts --field-manager cni-lab --filename - >&2
kubectl --kubeconfig "$work/admin" rollout status daemonset --namespace "$1" "$2" --timeout ${seconds.ready}s >&2`;

/**
 * Runs there, too, when a CNI leaves: `$1` the CNI. Removes the objects in `OBJECTS`, as `kubectl delete` does, and waits
 * until they are gone. Where the cluster is to keep the CNI nothing is done, nor, of one that was found, where the one
 * that is to follow is not there: see `look` in `prelude.ts`.
 */
export const removeObjects = `${workFolder}
${keepKubeconfig}
wish() { k get configmap --namespace ${desiredCni.namespace} ${desiredCni.name} --ignore-not-found --output "jsonpath={.data.$1}"; }
desired=$(wish ${desiredCni.key})
case $desired in
  "" | "$1") echo "$1 stays in the cluster" >&2; exit 0 ;;
esac
if [ "$desired" != none ] && [ -z "$(wish ${desiredNetwork})" ]; then
  case $(wish ${foundCnis}) in
    *'"cni":"'"$1"'"'*)
      there=$(k get daemonsets --all-namespaces --selector "${cniMarks.cni}=$desired" --output name)
      [ -n "$there" ] || { echo "$1 stays in the cluster: $desired, which was to follow it, is not there" >&2; exit 0; }
      ;;
  esac
fi
printf '%s' "$OBJECTS" | kubectl --kubeconfig "$work/admin" delete --filename - --ignore-not-found --timeout ${seconds.gone}s >&2`;
