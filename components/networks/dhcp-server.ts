import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { describeProblem } from "../../lib/user-error";
import { awake } from "../cluster/awake";
import type { ClusterLan } from "../cluster/cluster-lans";
import { serverOnLan } from "../cluster/lan";
import { lookAround } from "../cluster/look-around";
import { ContainerShell, type NodeCommand } from "../cluster/node-shell";
import { deleteSide, wakeSide } from "../cluster/side-container";
import { generationOf, ownerIn } from "../cluster/standing";
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
    const { engine } = args.lan;
    const machine = this.start(name, args);
    this.configuration = new ContainerShell(engine, this.container).command(
      `${name}-configuration`,
      {
        create: configureScript(engine, this.container),
        stdin: dnsmasqConf(args, serverLink),
        triggers: [awake(machine.stdout, engine, this.container, wakeSide(engine, this.container))],
        logging: "stderr",
      },
      { parent: this, deletedWith: machine },
    );
    this.registerOutputs({ container: this.container });
  }

  private start(name: string, { stack, image, lan, ...service }: DhcpServerArgs): command.local.Command {
    const standing = lookAround(lan.engine, stack);
    const owner = standing.apply((found) => ownerIn(found.containers, this.container, found.owner));
    const create = pulumi.all([standing, owner]).apply(([{ containers, fresh }, own]) =>
      createServer(lan.engine, {
        stack,
        image,
        container: this.container,
        generation: generationOf(containers, this.container, fresh),
        owner: own,
        network: lan.network,
        lanAddress: lan.cidr === undefined ? undefined : serverOnLan(lan.cidr),
        address: completeService(service).address,
      }),
    );
    return new command.local.Command(
      `${name}-container`,
      {
        create,
        delete: owner.apply((own) => deleteSide(lan.engine, this.container, own)),
        triggers: [create, lan.id],
        logging: "none",
      },
      { parent: this, deleteBeforeReplace: true },
    );
  }
}
