import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { ClusterAccess } from "../../checks/engine/access";
import type { Values } from "../../checks/language/values";
import { UserError } from "../../lib/user-error";
import type { Toolchain } from "../../toolchain";
import { capture, read } from "../run/capture";
import { clusterAccess, inContainers, onMachines } from "./access";
import { FileBackend, type Lock } from "./backend";
import { ConfigFile } from "./config-file";
import { engineTold } from "./container-engine";
import { dhcpServer } from "./containers";
import { backendUrl, emptyShellFolder, prepareState, type ToolEnv, toolEnv } from "./env";
import { existingCluster, isExisting } from "./existing";
import { takeTurn } from "./hold";
import { type Outputs, readOutputs } from "./outputs";
import { ownOwner } from "./own";
import { kubeconfigFile, repository, stackConfigFile, stackDir } from "./paths";
import { writePrivate } from "./private-file";

/** One stack of the lab: its config file, its state, and what it tells about itself. */
export class Stack {
  readonly env: ToolEnv;
  private readonly backend: FileBackend | undefined;

  constructor(
    readonly name: string,
    readonly toolchain: Toolchain,
  ) {
    this.env = toolEnv(toolchain, name);
    this.backend = FileBackend.at(backendUrl());
  }

  /** Its config file as it is now. */
  config(): ConfigFile {
    return new ConfigFile(stackConfigFile(this.name));
  }

  /** True when the backend knows the stack. @throws UserError where it can't be asked, as without a login */
  async exists(): Promise<boolean> {
    if (this.backend !== undefined) {
      return this.backend.stamp(this.name) !== undefined;
    }
    const { exitCode, stdout, stderr } = await capture(["pulumi", "stack", "ls", "--json"], this.surroundings());
    if (exitCode !== 0) {
      const said = stderr.trim().split("\n").at(-1) ?? "";
      const fix =
        "run pulumi login with it, or set PULUMI_ACCESS_TOKEN; without the variable the lab has its own backend";
      throw new UserError([{ field: "PULUMI_BACKEND_URL", value: ownOwner(), rule: `can't be used: ${said}`, fix }]);
    }
    const stacks: unknown = JSON.parse(stdout);
    return Array.isArray(stacks) && stacks.some((stack) => stack?.name === this.name);
  }

  /**
   * Makes what `pulumi up` needs: passphrase, backend, config file with these values, the stack. Safe to repeat.
   * Two at once take turns: a stack and its config file share a salt, and one without the other is lost.
   */
  async prepare(values: { readonly missing: Values; readonly set: Values }): Promise<void> {
    prepareState(this.env);
    await takeTurn(this.name, async () => {
      const exists = await this.exists();
      const config = exists ? this.config() : this.config().dropSalt();
      config.dropLeftImage().setMissing(values.missing).set(values.set).save();
      if (!exists) {
        await this.pulumi(["stack", "init", this.name, "--non-interactive"]);
      }
    });
  }

  /** How many resources and open operations the state holds; undefined where only Pulumi could tell. */
  summary() {
    return this.backend?.summary(this.name);
  }

  /** False where the state is there and can't be read. */
  isReadable(): boolean {
    try {
      this.summary();
      return true;
    } catch {
      return false;
    }
  }

  /** Removes lock files that name nobody; returns them. */
  dropTornLocks(): string[] {
    return this.backend?.dropTornLocks(this.name) ?? [];
  }

  /** Who holds the stack's lock. */
  locks(): Lock[] {
    return this.backend?.locks(this.name) ?? [];
  }

  /** What the program tells; undefined for a stack that is not there or half-built. */
  async outputs(): Promise<Outputs | undefined> {
    if (!(await this.exists())) {
      return undefined;
    }
    return readOutputs(this.name, this.env, this.backend?.stamp(this.name));
  }

  /** The outputs of a stack that must be up; its kubeconfig is in its file then. */
  async requireUp(): Promise<Outputs> {
    const outputs = await this.outputs();
    if (outputs === undefined) {
      const rule = (this.summary()?.resources ?? 0) > 0 ? "is half-built" : "is not up";
      throw new UserError([{ field: "STACK", value: this.name, rule, fix: `run ./lab up ${this.name}` }]);
    }
    const file = kubeconfigFile(this.name);
    if (!existsSync(file) || readFileSync(file, "utf8") !== outputs.kubeconfig) {
      writePrivate(file, outputs.kubeconfig);
    }
    return outputs;
  }

  /** The ways into the cluster, for the checks. */
  async access(): Promise<ClusterAccess> {
    const outputs = await this.requireUp();
    if (isExisting(this.name)) {
      const { machines, pod } = existingCluster(this.name);
      return clusterAccess({ ...outputs, onNode: onMachines(machines, pod) }, this.env);
    }
    const engine = engineTold(outputs);
    const find = async () => (await dhcpServer(this.name))?.container;
    return clusterAccess({ ...outputs, onNode: inContainers(engine, outputs.nodes) }, this.env, { engine, find });
  }

  /** Forgets operations that a killed engine left open: each create of the lab may be done again. */
  async dropPendingOperations(): Promise<void> {
    const state = JSON.parse(await this.pulumi(["stack", "export", "--stack", this.name]));
    delete state.deployment.pending_operations;
    const file = path.join(stackDir(this.name), "state.json");
    writePrivate(file, JSON.stringify(state));
    await this.pulumi(["stack", "import", "--stack", this.name, "--file", file]);
    rmSync(file);
  }

  /**
   * Removes the stack from the backend, and its private files; its config file stays, as it may hold edits.
   * A backend of files needs no Pulumi for that, which may not be built any more.
   */
  async forget(): Promise<void> {
    if (this.backend !== undefined) {
      this.backend.remove(this.name);
    } else if (await this.exists()) {
      await this.pulumi(["stack", "rm", this.name, "--yes", "--force", "--preserve-config", "--non-interactive"]);
    }
    rmSync(stackDir(this.name), { recursive: true, force: true });
    emptyShellFolder(this.name);
  }

  /** Makes the next stack of this name what its lab is: what was set, swapped, mended or broken is forgotten. */
  forgetValues(): void {
    this.config().forget().save();
  }

  /** Runs the Pulumi CLI for its answer. */
  pulumi(args: readonly string[]): Promise<string> {
    return read(["pulumi", ...args], this.surroundings());
  }

  private surroundings() {
    return { env: this.env, cwd: repository };
  }
}
