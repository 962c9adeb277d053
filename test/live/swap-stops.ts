import { expect } from "vitest";
import { conflistFolder } from "../../components/cluster/conflist-folder";
import { chosenConflist } from "../../components/cni/swap/names";
import { images } from "../../lib/versions";
import type { LabUnderTest } from "./lab";
import { otherThan, residues, type Swappable } from "./only-cni";
import { upArgs } from "./swap-faults";

const name = "particular";

/** A Deployment of one pod on the node that a swap moves first. It is Ready on one CNI's addresses only. */
export async function runParticular(lab: LabUnderTest, cni: Swappable): Promise<void> {
  const addresses = cni === "flannel" ? "10.244.*" : "10.3[2-9].* | 10.4[0-7].*";
  const container = {
    name,
    image: images.probe,
    env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
    readinessProbe: {
      exec: { command: ["sh", "-c", `case $POD_IP in ${addresses}) ;; *) exit 1 ;; esac`] },
      periodSeconds: 1,
    },
  };
  const labels = { app: name };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { nodeName: "n2", terminationGracePeriodSeconds: 1, containers: [container] },
      },
    },
  };
  const kubectl = (...args: string[]) => lab.run("kubectl", "-s", lab.stack, ...args);
  const script = 'printf %s "$0" | ./lab kubectl -s "$1" apply -f -';
  expect(await lab.shell(script, JSON.stringify(deployment), lab.stack)).toBe(0);
  expect((await kubectl("rollout", "status", `deployment/${name}`, "--timeout", "90s")).exitCode).toBe(0);
}

/** Removes it. */
export async function removeParticular(lab: LabUnderTest): Promise<void> {
  await lab.run("kubectl", "-s", lab.stack, "delete", "deployment", name, "--wait", "--cascade=foreground");
}

/** Swaps, and expects that the first node stops it by the name of the pod, and that the node behind has the old CNI. */
export async function expectStop(lab: LabUnderTest, from: Swappable): Promise<void> {
  const stopped = await lab.run("pulumi", "-s", lab.stack, ...upArgs(otherThan(from)));
  expect(stopped.exitCode).not.toBe(0);
  expect(stopped.all).toMatch(
    /n2: default\/particular-\S+ has no Ready replacement after 180 s: 0 of 1 are Ready: particular-\S+ on n2 is not Ready with address 10\./,
  );
  const conflist = await lab.node("n1", "readlink", `${conflistFolder}/${chosenConflist}`);
  expect(conflist.trim()).toBe(residues[from].conflist);
  const args = ["get", "pods", "-A", "--field-selector", "spec.nodeName=n1", "-o", "json"];
  const { items } = JSON.parse(await lab.read("kubectl", "-s", lab.stack, ...args));
  const addresses: string[] = items
    .filter(({ spec }: { spec: { hostNetwork?: boolean } }) => spec.hostNetwork !== true)
    .map(({ status }: { status: { podIP: string } }) => status.podIP);
  expect(addresses.length).toBeGreaterThan(0);
  const old = from === "flannel" ? /^10\.244\./ : /^10\.(3[2-9]|4[0-7])\./;
  expect(addresses.filter((address) => !old.test(address))).toEqual([]);
}
