import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type Problem, UserError } from "../../lib/user-error";
import { type Machine, machinesFormat } from "../../stacks/existing-schema";
import type { AnyObject } from "./cluster-objects";
import { sshHost } from "./ssh-hosts";

/** How the user says that nodes are reached. */
export interface WayToNodes {
  /** As for ssh, with `%h` for a node's address and `%n` for its name. */
  readonly ssh?: string;
  /** A file that lists the machines. */
  readonly nodes?: string;
}

/** A node of the cluster. */
export interface ClusterNode {
  readonly name: string;
  readonly address: string;
  readonly isControlPlane: boolean;
  /** Such as `linux`. */
  readonly system: string;
  /** Such as `containerd://1.7.2`, and `v1.34.4`. */
  readonly runtime: string;
  readonly kubelet: string;
}

/** The nodes, the control plane first. */
export function nodesOf(nodes: readonly AnyObject[]): ClusterNode[] {
  return nodes
    .map(({ metadata, status = {} }) => {
      const address =
        (status.addresses ?? []).find(({ type }: { type: string }) => type === "InternalIP")?.address ?? "";
      const { operatingSystem = "", containerRuntimeVersion = "", kubeletVersion = "" } = status.nodeInfo ?? {};
      const isControlPlane = Object.keys(metadata.labels ?? {}).some((label) =>
        /^node-role\.kubernetes\.io\/(control-plane|master)$/.test(label),
      );
      return {
        name: metadata.name,
        address,
        isControlPlane,
        system: operatingSystem,
        runtime: containerRuntimeVersion,
        kubelet: kubeletVersion,
      };
    })
    .sort(
      (a, b) =>
        Number(b.isControlPlane) - Number(a.isControlPlane) || a.name.localeCompare(b.name, "en", { numeric: true }),
    );
}

/** Each node with the way to it. @throws UserError that names every node that can't be reached so, and why */
export async function machinesOf(nodes: readonly ClusterNode[], way: WayToNodes): Promise<Machine[]> {
  if (way.nodes !== undefined) {
    return listedMachines(nodes, way.nodes);
  }
  const { ssh } = way;
  if (ssh === undefined) {
    return nodes.map(({ name, address }) => ({ name, address }));
  }
  const found = await Promise.all(
    nodes.map(async ({ name, address }): Promise<Machine | Problem> => {
      const host = await sshHost(ssh.replaceAll("%h", address).replaceAll("%n", name));
      return "rule" in host ? { ...host, field: `${name}: ${host.field}` } : { name, address, ssh: withSudo(host) };
    }),
  );
  const problems = found.flatMap((each) => ("rule" in each ? [each] : []));
  if (problems.length > 0) {
    throw new UserError(problems);
  }
  return found.flatMap((each) => ("rule" in each ? [] : [each]));
}

/** Who is not root has to become it. */
const withSudo = (host: NonNullable<Machine["ssh"]>): NonNullable<Machine["ssh"]> =>
  host.user === "root" ? host : { ...host, sudo: true };

/** The machines of a file, in the order of the nodes. */
function listedMachines(nodes: readonly ClusterNode[], file: string): Machine[] {
  const wrong = (rule: string) => new UserError([{ field: "--nodes", value: file, rule, fix: "see ./lab help adopt" }]);
  let listed: unknown;
  try {
    listed = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw wrong(`can't be read: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = machinesFormat.safeParse(listed);
  if (!parsed.success) {
    throw wrong(`must be a list of machines: ${z.prettifyError(parsed.error).split("\n").join(" ")}`);
  }
  const missing = nodes.filter(({ name }) => !parsed.data.some((machine) => machine.name === name));
  if (missing.length > 0) {
    throw wrong(`lacks the nodes ${missing.map(({ name }) => name).join(", ")}`);
  }
  return nodes.flatMap(({ name }) => parsed.data.filter((machine) => machine.name === name));
}
