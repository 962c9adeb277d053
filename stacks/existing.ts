import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "../components/cluster/node-access";
import { NodeAccount } from "../components/cluster/node-account";
import { runHere } from "../components/cluster/run-here";
import type { ShellAccount } from "../components/cluster/shell/account";
import type { NodeShell } from "../components/cluster/shell/node-shell";
import { PodShell } from "../components/cluster/shell/pod-shell";
import { SshShell } from "../components/cluster/shell/ssh-shell";
import { chooseCni } from "../components/cni/choose";
import { Cni } from "../components/cni/cni";
import { residues } from "../components/cni/registry";
import { quote } from "../lib/shell";
import type { LabSettings } from "./config";
import { buildConfluence } from "./confluence";
import { buildNetworksOnExisting } from "./existing-networks";
import { atOnceOf, isKubeconfigText, type Machine } from "./existing-schema";
import type { LabOutputs } from "./lab";
import { podNetworkOf } from "./pod-network";

/** Puts a lab's CNI, and networks and Confluence where they are asked for, on a cluster that somebody has made. What is there stays as it is until its CNI is swapped. */
export function buildOnExisting(settings: LabSettings): LabOutputs {
  const kubeconfig = readKubeconfig(settings);
  const provider = new k8s.Provider("cluster", { kubeconfig, enableConfigMapMutable: true });
  const account = new NodeAccount("account", { server: settings.nodeApiServer }, { provider });
  const { machines = [], found } = settings;
  const nodes: ReachableNode[] = machines.map((machine) => ({
    name: machine.name,
    address: machine.address,
    shell: shellOf(machine, settings, kubeconfig, account.account),
  }));
  const cni = new Cni(
    "cni",
    {
      ...chooseCni(settings.cni, settings, { lans: [], nodes: [] }),
      ...{
        access: { nodes, kubeconfig },
        found,
        retain: true,
        preflight: settings.preflight,
        atOnce: atOnceOf(settings.atOnce),
        imageArchive: settings.imageArchive,
      },
      ...{ nodeCleanup: settings.nodeCleanup === "on", recreatePods: settings.recreatePods === "on" },
      left: residues(settings),
    },
    { provider, dependsOn: account },
  );
  const [control, ...workers] = nodes;
  // Its data on a worker, where there is one.
  const cluster = { provider, nodes: [...workers, ...(control === undefined ? [] : [control])] };
  buildConfluence(settings, cluster, cni.ready, buildNetworksOnExisting(settings, cluster, cni.ready));
  const podCidr = found?.cni === settings.cni ? found.network : podNetworkOf(settings);
  return {
    kubeconfig,
    nodes: machines.map(({ name, address }) => ({ name, address: pulumi.output(address) })),
    cni: settings.cni,
    ...(podCidr === undefined ? {} : { podCidr }),
  };
}

/** The kubeconfig of the context, with everything in it: files that it names are on this machine only. */
function readKubeconfig({ kubeconfig = "", context }: LabSettings): pulumi.Output<string> {
  const words = ["config", "view", "--raw", "--minify", "--flatten", "--output", "json"];
  const view = quote([...words, ...(context === undefined ? [] : ["--context", context])]);
  const isText = isKubeconfigText(kubeconfig);
  const line = isText
    ? `file=$(umask 077 && mktemp) && trap 'rm -f "$file"' EXIT && cat >"$file" && kubectl --kubeconfig "$file" ${view}`
    : `kubectl ${quote(["--kubeconfig", kubeconfig])} ${view}`;
  const problem = (said: string) => ({
    field: "kubeconfig",
    value: isText ? undefined : kubeconfig,
    rule: `can't be read: ${said}`,
    fix: "name a file that kubectl reads, and a context that is in it",
  });
  return pulumi.secret(runHere(line, problem, undefined, isText ? { stdin: kubeconfig } : {}));
}

function shellOf(
  { name: node, ssh }: Machine,
  { shellImage: image = "" }: LabSettings,
  kubeconfig: pulumi.Output<string>,
  account: ShellAccount,
): NodeShell {
  return ssh === undefined ? new PodShell({ node, kubeconfig, image, account }) : new SshShell({ ...ssh, account });
}
