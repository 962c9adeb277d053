import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { definitionOf } from "../../components/cni/registry";
import { type AdoptedCluster, lookAtCluster } from "../../driver/adopt/adopt";
import type { CniOfCluster } from "../../driver/adopt/find-cni";
import { nodesPerResource } from "../../driver/adopt/nodes-per-resource";
import { capture } from "../../driver/run/capture";
import { ConfigFile } from "../../driver/stack/config-file";
import { toolEnv } from "../../driver/stack/env";
import { kubeconfigFile, stackConfigFile } from "../../driver/stack/paths";
import { writePrivate } from "../../driver/stack/private-file";
import { knownStacks } from "../../driver/stack/state";
import { labIds } from "../../labs";
import { exitCodes } from "../../lib/command-failed";
import { table } from "../../lib/terminal/table";
import { type Problem, UserError } from "../../lib/user-error";
import { locateToolchain } from "../../toolchain";

/** A CNI that is there. */
type PresentCni = Exclude<CniOfCluster, { readonly is: "none" }>;

interface AdoptOptions {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly ssh?: string;
  readonly nodes?: string;
  readonly image?: string;
}

/** `./lab adopt`: reads a cluster that somebody has made, changes nothing, and writes a stack for it. */
export async function adopt(name: string, options: AdoptOptions): Promise<number> {
  const problems = [...nameProblems(name), ...optionProblems(options)];
  if (problems.length > 0) {
    throw new UserError(problems);
  }
  const file = path.resolve(options.kubeconfig);
  const { PATH } = toolEnv(locateToolchain());
  const context = options.context === undefined ? [] : ["--context", options.context];
  const kubectl = async (args: readonly string[]) => {
    const argv = ["kubectl", "--kubeconfig", file, ...context, "--request-timeout", "30s", ...args];
    const ran = await capture(argv, { env: { PATH: PATH ?? "" } });
    if (ran.exitCode !== 0) {
      const rule = `the cluster can't be read: ${ran.stderr.trim().split("\n").at(-1)}`;
      throw new UserError([{ field: "--kubeconfig", value: file, rule, fix: "check it with kubectl get nodes" }]);
    }
    return ran.stdout;
  };
  const text = await kubectl(["config", "view", "--raw", "--minify", "--flatten", "--output", "json"]);
  // Of a cluster that is refused nothing is kept: the folder goes with the command.
  const kubeconfig = path.join(mkdtempSync(path.join(tmpdir(), "cni-lab-adopt-")), "kubeconfig");
  writePrivate(kubeconfig, text);
  const { ssh, nodes, image } = options;
  const cluster = await lookAtCluster({ kubectl, kubeconfig, way: { ssh, nodes }, image });
  const { cni } = cluster;
  if (cni.is === "none") {
    throw new UserError([{ field: "--kubeconfig", value: file, rule: "leads to a cluster without a CNI" }]);
  }
  writePrivate(kubeconfigFile(name), text);
  write(name, { ...options, kubeconfig: file }, cluster, cni);
  tell(name, cluster, cni);
  return exitCodes.asExpected;
}

function nameProblems(name: string): Problem[] {
  const field = "NAME";
  if (!/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name)) {
    return [{ field, value: name, rule: "must be 1 to 30 lower-case letters, digits and inner dashes" }];
  }
  if (labIds().includes(name)) {
    return [{ field, value: name, rule: "is the name of a lab", fix: "choose another one" }];
  }
  const taken = knownStacks().includes(name) && new ConfigFile(stackConfigFile(name)).values().cluster !== "existing";
  return taken
    ? [
        {
          field,
          value: name,
          rule: "is a stack that is no adopted cluster",
          fix: `choose another one, or run ./lab down ${name}`,
        },
      ]
    : [];
}

function optionProblems({ kubeconfig, ssh, nodes }: AdoptOptions): Problem[] {
  return [
    ...(existsSync(kubeconfig)
      ? []
      : [{ field: "--kubeconfig", value: kubeconfig, rule: "must be a file that kubectl reads" }]),
    ...(ssh !== undefined && nodes !== undefined
      ? [{ field: "--ssh", value: ssh, rule: "can't be used together with --nodes" }]
      : []),
    ...(ssh === undefined || /%[hn]/.test(ssh)
      ? []
      : [
          {
            field: "--ssh",
            value: ssh,
            rule: "must hold %h, a node's address, or %n, its name",
            fix: "for example --ssh admin@%h",
          },
        ]),
  ];
}

function write(
  name: string,
  options: AdoptOptions,
  { machines, server, shellImage }: AdoptedCluster,
  cni: PresentCni,
): void {
  const { kubeconfig, context } = options;
  const perResource = nodesPerResource(machines.length);
  new ConfigFile(stackConfigFile(name))
    .set({
      cluster: "existing",
      kubeconfig,
      ...(context === undefined ? {} : { context }),
      ...(server === undefined ? {} : { nodeApiServer: server }),
      shellImage,
      ...(perResource === 1 ? {} : { nodesPerResource: String(perResource) }),
      ...(cni.is === "found"
        ? { cni: cni.found.cni, [definitionOf(cni.found.cni).podNetwork.key]: cni.found.network }
        : { cni: "none", otherCni: cni.name }),
    })
    .setStructured({ machines, ...(cni.is === "found" ? { found: cni.found } : {}) })
    .save();
}

function tell(name: string, { nodes, machines, facts, limits }: AdoptedCluster, cni: PresentCni): void {
  const rows = nodes.map((node) => [
    node.name,
    node.address,
    node.isControlPlane ? "control plane" : "worker",
    node.kubelet,
    node.runtime.replace("://", " "),
    machines.find((machine) => machine.name === node.name)?.ssh === undefined ? "a pod" : "ssh",
    facts.find((each) => each.node === node.name)?.conflists[0] ?? "none",
  ]);
  console.log(
    [
      describe(cni),
      table(["node", "address", "role", "kubelet", "runtime", "reached by", "conflist in force"], rows),
      ...limits.map((limit) => `Note: ${limit}`),
      `Nothing was changed. What was found stands in stacks/Pulumi.${name}.yaml.`,
      "",
      `Next: ./lab up ${name}`,
      ...(cni.is === "found" ? [`      ./lab swap ${name} weave`] : []),
      `      ./lab down ${name}`,
    ].join("\n"),
  );
}

function describe(cni: PresentCni): string {
  if (cni.is === "other") {
    return `The CNI is ${cni.name} (${cni.seen}): the lab checks its network, and neither touches nor swaps it.`;
  }
  const { cni: id, daemonSet, network, objects } = cni.found;
  return `${definitionOf(id).title}, DaemonSet ${daemonSet.namespace}/${daemonSet.name}, network ${network}, ${objects.length} objects.`;
}
