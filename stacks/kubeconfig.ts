import { runHere } from "../components/cluster/run-here";
import { quote } from "../lib/shell";
import type { Problem } from "../lib/user-error";
import { isKubeconfigText } from "./existing-schema";
import type { LabConfig } from "./schema";

/** The kubeconfig of the context, with everything in it: files that it names are on this machine only. */
export async function readKubeconfig({
  kubeconfig = "",
  context,
}: Pick<LabConfig, "kubeconfig" | "context">): Promise<string> {
  const words = ["config", "view", "--raw", "--minify", "--flatten", "--output", "json"];
  const view = quote([...words, ...(context === undefined ? [] : ["--context", context])]);
  const isText = isKubeconfigText(kubeconfig);
  const problem = (said: string) => ({
    field: "kubeconfig",
    value: isText ? undefined : kubeconfig,
    rule: `can't be read: ${said}`,
    fix: "name a file that kubectl reads, and a context that is in it",
  });
  return isText
    ? askCluster(kubeconfig, `k ${view}`, problem)
    : runHere(`kubectl ${quote(["--kubeconfig", kubeconfig])} ${view}`, problem);
}

/**
 * Runs a script on this machine while the program runs, in which `k` is kubectl with this kubeconfig.
 *
 * @param problem what is told where it fails
 * @throws pulumi.RunError with the problem
 */
export async function askCluster(
  kubeconfig: string,
  script: string,
  problem: (said: string) => Problem,
): Promise<string> {
  const line = `file=$(umask 077 && mktemp) && trap 'rm -f "$file"' EXIT && cat >"$file" || exit
k() { kubectl --kubeconfig "$file" "$@"; }
${script}`;
  return runHere(line, problem, undefined, { stdin: kubeconfig });
}
