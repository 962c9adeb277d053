import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "../components/cluster/node-access";
import { NodeAccount } from "../components/cluster/node-account";
import type { ShellAccount } from "../components/cluster/shell/account";
import type { NodeShell } from "../components/cluster/shell/node-shell";
import { PodShell } from "../components/cluster/shell/pod-shell";
import { SshShell } from "../components/cluster/shell/ssh-shell";
import { chooseCni } from "../components/cni/choose";
import { Cni } from "../components/cni/cni";
import { residues } from "../components/cni/registry";
import type { LabSettings } from "./config";
import { buildConfluence } from "./confluence";
import { requireDefinitions } from "./existing-definitions";
import { buildNetworksOnExisting } from "./existing-networks";
import { atOnceOf, type Machine } from "./existing-schema";
import { readKubeconfig } from "./kubeconfig";
import type { LabOutputs } from "./lab";
import { podNetworkOf } from "./pod-network";

/** Puts a lab's CNI, and networks and Confluence where they are asked for, on a cluster that somebody has made. What is there stays as it is until its CNI is swapped; a CNI that the lab does not know, for good. */
export function buildOnExisting(settings: LabSettings): LabOutputs {
  const kubeconfig = pulumi.secret(openCluster(settings));
  const { machines = [], found } = settings;
  const told = machines.map(({ name, address }) => ({ name, address: pulumi.output(address) }));
  if (settings.otherCni !== undefined) {
    return { kubeconfig, nodes: told, cni: "none" };
  }
  const provider = new k8s.Provider("cluster", { kubeconfig, enableConfigMapMutable: true });
  const account = new NodeAccount("account", { server: settings.nodeApiServer }, { provider });
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
        access: { nodes, kubeconfig, nodesPerResource: settings.nodesPerResource },
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
    nodes: told,
    cni: cni.type,
    ...(podCidr === undefined ? {} : { podCidr: cni.type.apply(() => podCidr) }),
  };
}

/** The kubeconfig, once the cluster is known to have what the settings take as there: all else waits for it. */
async function openCluster(settings: LabSettings): Promise<string> {
  const kubeconfig = await readKubeconfig(settings);
  await requireDefinitions(settings, kubeconfig);
  return kubeconfig;
}

function shellOf(
  { name: node, ssh }: Machine,
  { shellImage: image = "" }: LabSettings,
  kubeconfig: pulumi.Output<string>,
  account: ShellAccount,
): NodeShell {
  return ssh === undefined ? new PodShell({ node, kubeconfig, image, account }) : new SshShell({ ...ssh, account });
}
