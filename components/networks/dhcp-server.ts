import * as pulumi from "@pulumi/pulumi";
import { type FieldsOf, flag, group, list, number, oneOf, plain, required, text } from "../args/fields";
import type { Inputs } from "../args/inputs";
import { recorded, takeArgs } from "../args/take";
import { type ClusterLan, lanField } from "../cluster/cluster-lans";
import { serverOnLan } from "../cluster/lan";
import { ContainerShell } from "../cluster/shell/container-shell";
import type { NodeCommand } from "../cluster/shell/node-shell";
import { sideMachine } from "../cluster/side-machine";
import { configureScript, createServer, serverLink } from "./dhcp-container";
import { completeService, type DhcpService, dhcpFaults, dnsmasqConf, serviceProblems } from "./dnsmasq";
import { dhcpServerContainer } from "./names";

export interface DhcpServerArgs extends Inputs<DhcpService> {
  /** The lab that the server belongs to: part of its container's name, and its label. */
  readonly stack: string;
  /** An image with dnsmasq and ip: the nodes' one. */
  readonly image: pulumi.Input<string>;
  /** The LAN that it serves. */
  readonly lan: ClusterLan;
}

const fields: FieldsOf<DhcpServerArgs> = {
  stack: required(plain(text)),
  image: required(text),
  lan: required(lanField),
  address: text,
  range: group({ first: required(text), last: required(text) }),
  leaseSeconds: number,
  router: text,
  routes: group({ list: required(list(group({ dst: required(text), gw: required(text) }))), forced: required(flag) }),
  fault: oneOf(...dhcpFaults),
};

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
    super("cni-lab:index:DhcpServer", name, recorded(args, fields), opts);
    const { own, values } = takeArgs(this, args, fields, opts, serviceProblems);
    this.container = dhcpServerContainer(args.stack);
    const { container } = this;
    const { stack, lan } = args;
    const { machine, id } = sideMachine(
      `${name}-container`,
      { stack, container, lan },
      (mark) =>
        pulumi.all([values, lan.cidr]).apply(([service, cidr]) =>
          createServer(lan.engine, {
            ...{ stack, image: service.image, container, ...mark, network: lan.network },
            lanAddress: cidr && serverOnLan(cidr),
            address: completeService(service).address,
          }),
        ),
      own,
    );
    this.configuration = new ContainerShell(lan.engine, container).command(
      `${name}-configuration`,
      {
        create: configureScript(lan.engine, container),
        stdin: values.apply((service) => dnsmasqConf(service, serverLink)),
        triggers: [id],
        logging: "stderr",
      },
      { ...own, deletedWith: machine },
    );
    this.registerOutputs({ container, configuration: this.configuration });
  }
}
