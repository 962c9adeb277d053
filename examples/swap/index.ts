import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Cni, SshShell } from "cni-lab";

/** A node, as the config has it. */
interface Machine {
  /** Its name in Kubernetes. */
  readonly name: string;
  /** Where it answers by ssh. */
  readonly address: string;
  /** Its public key, as ssh-keyscan prints it behind the name. */
  readonly hostKey: string;
}

const config = new pulumi.Config();
const privateKey = config.requireSecret("privateKey");
// Scripts on the nodes use it: its server must be one that nodes reach.
const kubeconfig = pulumi.secret(readFileSync(config.require("kubeconfig"), "utf8"));

const nodes = config.requireObject<Machine[]>("nodes").map(({ name, address, hostKey }) => ({
  name,
  address,
  shell: new SshShell({ host: address, user: "root", privateKey, hostKey }),
}));

const cni = new Cni("cni", {
  type: config.require("cni") as "flannel" | "weave" | "none",
  access: { nodes, kubeconfig },
});

/** What workloads depend on: once these exist, pods get addresses. */
export const ready = pulumi.output([...cni.ready]).apply((resources) => resources.length);
