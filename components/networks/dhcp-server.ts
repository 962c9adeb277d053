import * as pulumi from "@pulumi/pulumi";
import { describeProblem } from "../../lib/user-error";
import type { ClusterLan } from "../cluster/cluster-lans";
import { serverOnLan } from "../cluster/lan";
import { ContainerShell, type NodeCommand } from "../cluster/node-shell";
import { sideMachine } from "../cluster/side-machine";
import { configureScript, createServer, serverLink } from "./dhcp-container";
import { completeService, type DhcpService, dnsmasqConf, serviceProblems } from "./dnsmasq";
import { dhcpServerContainer } from "./names";

export interface DhcpServerArgs extends DhcpService {
  /** The lab that the server belongs to: part of its container's name, and its label. */
  readonly stack: string;
  /** An image with dnsmasq and ip: the nodes' one. */
  readonly image: string;
  /** The LAN that it serves. */
  readonly lan: ClusterLan;
}

/**
 * A DHCP server on a LAN of the cluster: dnsmasq in a container beside the nodes. Its configuration is a resource of
 * its own: another fault or range leaves the container, and with it the addresses given out, as they are.
 *
 * @throws pulumi.ResourceError if the address, range, router, a route or the lease time is invalid, or outside the server's network.
 *
 * @example
 * ```ts
 * new DhcpServer("dhcp-server", { stack: "demo", image: nodeImage, lan, leaseSeconds: 600, fault: "slow" });
 * ```
 */
export class DhcpServer extends pulumi.ComponentResource {
  /** The name of the container. */
  readonly container: string;
  /** Once it exists, the server serves as configured. */
  readonly configuration: NodeCommand;

  constructor(name: string, args: DhcpServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("cni-lab:index:DhcpServer", name, {}, opts);
    const problems = serviceProblems(args);
    if (problems.length > 0) {
      throw new pulumi.ResourceError(problems.map(describeProblem).join("\n"), this);
    }
    this.container = dhcpServerContainer(args.stack);
    const { container } = this;
    const { stack, image, lan, ...service } = args;
    const { machine, id } = sideMachine(
      `${name}-container`,
      { stack, container, lan },
      (mark) =>
        createServer(lan.engine, {
          ...{ stack, image, container, ...mark, network: lan.network },
          lanAddress: lan.cidr === undefined ? undefined : serverOnLan(lan.cidr),
          address: completeService(service).address,
        }),
      this,
    );
    this.configuration = new ContainerShell(lan.engine, container).command(
      `${name}-configuration`,
      {
        create: configureScript(lan.engine, container),
        stdin: dnsmasqConf(args, serverLink),
        triggers: [id],
        logging: "stderr",
      },
      { parent: this, deletedWith: machine },
    );
    this.registerOutputs({ container });
  }
}
