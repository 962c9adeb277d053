import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { locateToolchain } from "../../toolchain";
import { type ControlPlane, startControlPlane } from "./apiserver";
import { type Door, openDoor } from "./door";
import { FakePodman } from "./fake-podman";
import { eventually, PulumiProject, type Result } from "./support";

const stacks = resolve(__dirname, "../../stacks");
const { binDir } = locateToolchain();
export const [n1, n2] = ["cni-lab-test-n1", "cni-lab-test-n2"] as const;
const whole = ["daemonset.apps/probe", "daemonset.apps/probe2", "daemonset.apps/kube-flannel-ds"].sort();

/** The whole lab's program, with a container engine that only keeps books, and the API of a cluster without nodes. */
export class BookedLab {
  private constructor(
    private readonly folder: string,
    /** Of its LAN, as `127.28.7`: no two that run side by side may have the same. */
    private readonly subnet: string,
    readonly podman: FakePodman,
    readonly project: PulumiProject,
    private readonly door: Door,
    private api: ControlPlane,
    private readonly made: (() => unknown)[],
  ) {}

  /** Makes the lab, of which nothing is up. */
  static async make(subnet: string): Promise<BookedLab> {
    const folder = mkdtempSync(join(tmpdir(), "cni-lab-missing-"));
    const bin = join(folder, "bin");
    mkdirSync(bin);
    for (const name of readdirSync(binDir)) symlinkSync(join(binDir, name), join(bin, name));
    const made: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
    try {
      const podman = FakePodman.make(bin, join(folder, "engine"));
      const project = await PulumiProject.make(bin, ["command", "kubernetes"]);
      made.push(() => project.dispose());
      const door = await openDoor(`${subnet}.11`, 6443);
      made.push(() => door.close());
      const lab = new BookedLab(folder, subnet, podman, project, door, await startControlPlane(binDir), made);
      made.push(() => lab.api.stop());
      lab.showApi();
      await lab.setProgram();
      return lab;
    } catch (error) {
      await undo(made);
      throw error;
    }
  }

  dispose(): Promise<void> {
    return undo(this.made);
  }

  /** An empty cluster takes the place of the one before, whose address does not answer from now on. */
  async newApi(): Promise<void> {
    const before = this.api;
    this.door.leadTo(undefined);
    this.api = await startControlPlane(binDir);
    await before.stop();
    this.showApi();
  }

  private showApi(): void {
    const config = JSON.parse(this.api.kubeconfig);
    config.clusters[0].cluster = { "insecure-skip-tls-verify": true };
    this.podman.setKubeconfig(JSON.stringify(config));
  }

  async setProgram(values: Record<string, string> = {}, nodeImage = "node:1"): Promise<void> {
    const config = JSON.stringify({ nodes: "2", ...values });
    const lan = `${this.subnet}.0/24`;
    await this.project.program(`
    // No node ever runs a pod: nobody waits for one behind a Service.
    const skipAwait = { "pulumi.com/skipAwait": "true" };
    pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
      type === "kubernetes:core/v1:Service"
        ? { props: { ...props, metadata: { ...props.metadata, annotations: skipAwait } }, opts }
        : undefined);
    const { buildLab } = require(${JSON.stringify(join(stacks, "lab"))});
    const { parseLabConfig } = require(${JSON.stringify(join(stacks, "schema"))});
    const settings = { ...parseLabConfig(${config}), stack: "test", lanCidr: "${lan}", nodeImage: "${nodeImage}" };
    module.exports = buildLab(settings);
  `);
  }

  /** One update; the API answers as soon as the control plane's container is there. */
  async up(): Promise<Result & { readonly did: string[] }> {
    this.podman.takeLog();
    const updated = this.project.up();
    let over = false;
    void updated.finally(() => {
      over = true;
    });
    await eventually("the control plane", () => over || this.podman.list("containers").includes(n1) || undefined);
    this.door.leadTo(Number(new URL(this.api.server).port));
    return { ...(await updated), did: this.podman.takeLog() };
  }

  /** Everything is there and recorded as it is: nothing is left to be done. */
  async expectSettled(): Promise<void> {
    const daemonSets = await this.api.kubectl("get", "daemonsets", "-A", "-o", "name");
    expect(daemonSets.split("\n").sort()).toEqual(whole);
    const again = await this.project.preview("--expect-no-changes");
    expect(again.exitCode, again.output).toBe(0);
    expect(again.output).not.toContain("is not there");
  }

  /** The engine's ids of the containers. */
  ids(): string[] {
    return this.podman.list("containers").map((name) => this.podman.idOf(name));
  }

  /** Whose its containers are. */
  owner(): string {
    return `file://${join(this.project.dir, "state")}`;
  }

  /** A search path on which podman is the one that only keeps books. */
  path(): string {
    return `${join(this.folder, "bin")}:${process.env.PATH}`;
  }

  /** Makes all as it was before there were owners: what is recorded is what an earlier version has run. */
  forgetOwners(): void {
    this.podman.forgetOwners();
    const owner = `cni-lab.owner=${this.owner()}`;
    const earlier = (text: string) =>
      text
        .replaceAll(` --label ${owner}`, "")
        .replace(/ --filter 'name=\^(\S+)\$' --filter label=cni-lab\.owner=\S+/g, " $1")
        .replace(
          /\[ "\$\(podman network inspect [^|]* (\S+) 2>\/dev\/null\)" = '[^']*' \]/g,
          "podman network exists $1",
        );
    const without = (value: unknown): unknown => {
      if (typeof value === "string") return earlier(value);
      return Array.isArray(value) ? value.map(without) : value;
    };
    const all = (values = {}) =>
      Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, key === "stdout" ? value : without(value)]),
      );
    this.project.editState((resources) =>
      resources.map((resource) => ({ ...resource, inputs: all(resource.inputs), outputs: all(resource.outputs) })),
    );
    expect(this.project.stateText()).not.toContain("cni-lab.owner");
  }

  /** Makes all as it was before there were generations: no label, no trigger, no resource of them. */
  forgetGenerations(): void {
    this.forgetOwners();
    this.podman.forgetGenerations();
    this.project.editState((resources) =>
      resources
        .filter(({ urn }) => !urn.endsWith("-generation"))
        .map((resource) => {
          const [label, generation] = / --label cni-lab\.generation=(\w+)/.exec(resource.inputs?.create ?? "") ?? [];
          const without = (value: unknown) => {
            const list = Array.isArray(value) ? value.filter((each) => each !== generation) : value;
            return JSON.parse(JSON.stringify(list).replaceAll(label ?? "\0", ""));
          };
          const known = (urns: string[] = []) => urns.filter((urn) => !urn.endsWith("-generation"));
          return {
            ...resource,
            inputs: Object.fromEntries(
              Object.entries(resource.inputs ?? {}).map(([key, value]) => [key, without(value)]),
            ),
            outputs: Object.fromEntries(
              Object.entries(resource.outputs ?? {}).map(([key, value]) => [key, without(value)]),
            ),
            dependencies: known(resource.dependencies),
            propertyDependencies: Object.fromEntries(
              Object.entries<string[]>(resource.propertyDependencies ?? {}).map(([key, urns]) => [key, known(urns)]),
            ),
          };
        }),
    );
  }
}

/** Ends and removes what was made, the last first. */
async function undo(made: (() => unknown)[]): Promise<void> {
  for (const each of made.reverse()) await each();
}
