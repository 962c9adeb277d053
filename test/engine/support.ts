import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import versions from "../../lib/versions.json";
import { bundlePlugin, type PluginName } from "../../toolchain/plugins/build";

const REPOSITORY = resolve(__dirname, "../..");
const PASSPHRASE = "engine-test";
const VERSIONS: Readonly<Record<PluginName, string>> = {
  command: versions.versions.pulumiCommand,
  kubernetes: versions.versions.pulumiKubernetes,
};

/** How a run of the Pulumi CLI ended. */
export interface Result {
  readonly exitCode: number | null;
  /** What a person would have seen: both streams, without colours. */
  readonly output: string;
}

/** An event of the engine, as its event log has it. */
export interface EngineEvent {
  readonly resourcePreEvent?: Step;
  readonly resOutputsEvent?: Step;
  readonly summaryEvent?: { readonly resourceChanges: Readonly<Record<string, number>> };
}

interface Step {
  readonly metadata: { readonly op: string; readonly urn: string };
}

/** How an operation on the stack went. */
export interface Operation extends Result {
  /** The event log as it was written. */
  readonly log: string;
  readonly events: readonly EngineEvent[];
  /** How many resources each kind of step was for, such as `{ create: 2, same: 1 }`; nothing where it did not come to its end. */
  readonly changes: Readonly<Record<string, number>>;
}

/** A resource as the state file has it. */
export interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any resource type, looked into by tests
  readonly inputs: any;
  // biome-ignore lint/suspicious/noExplicitAny: outputs of any resource type, looked into by tests
  readonly outputs: any;
  readonly initErrors?: readonly string[];
}

/** A stack of its own in a folder of its own: program, state, plugins. Nothing of the user's Pulumi is touched. */
export class PulumiProject {
  private constructor(
    /** The project's folder; a test may keep files of its own under it. */
    readonly dir: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * Makes the project and its stack `test`, with the lab's own plugins built and installed.
   *
   * @param more further folders of programs
   */
  static async make(binDir: string, plugins: readonly PluginName[], ...more: string[]): Promise<PulumiProject> {
    const dir = await mkdtemp(join(tmpdir(), "cni-lab-engine-"));
    const home = join(dir, "home");
    for (const name of plugins) {
      const folder = join(home, "plugins", `resource-${name}-v${VERSIONS[name]}`);
      await bundlePlugin(name, folder);
      if (name === "kubernetes") await symlink(join(binDir, "kubectl"), join(folder, "kubectl"));
    }
    await mkdir(join(dir, "state"));
    await symlink(join(REPOSITORY, "node_modules"), join(dir, "node_modules"));
    const runtime = "runtime: { name: nodejs, options: { typescript: false } }";
    await writeFile(join(dir, "Pulumi.yaml"), `name: engine-test\n${runtime}\n`);
    await writeFile(join(dir, "package.json"), '{ "name": "engine-test", "main": "index.js" }\n');

    const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith("PULUMI_"));
    const project = new PulumiProject(dir, {
      ...Object.fromEntries(inherited),
      PATH: [binDir, ...more, process.env.PATH].join(delimiter),
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${join(dir, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Without it the CLI knows no --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    });
    const made = await project.run("stack", "init", "test");
    if (made.exitCode !== 0) throw new Error(made.output);
    return project;
  }

  /**
   * Sets the program, as CommonJS; `pulumi`, `command` and `k8s` are there. Packages load when first used; what it
   * requires of this repository is compiled here, once for all updates.
   */
  async program(text: string): Promise<void> {
    const names = { pulumi: "pulumi", command: "command", k8s: "kubernetes" };
    const packages = Object.entries(names).filter(([name]) => new RegExp(`\\b${name}\\.`).test(text));
    const imports = packages.map(([name, module]) => `const ${name} = require("@pulumi/${module}");\n`);
    await build({
      stdin: { contents: imports.join("") + text, resolveDir: REPOSITORY },
      outfile: join(this.dir, "index.js"),
      bundle: true,
      packages: "external",
      platform: "node",
      target: "node20",
      keepNames: true,
      logLevel: "error",
    });
  }

  /** Runs the CLI to its end. */
  async run(...args: string[]): Promise<Result> {
    const child = this.start(...args);
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    const exitCode = await new Promise<number | null>((done) => child.on("close", done));
    return { exitCode, output };
  }

  /** Starts the CLI. */
  start(...args: string[]): ChildProcess {
    return spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.dir,
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  up(...args: string[]): Promise<Operation> {
    return this.operate("up", "--yes", "--skip-preview", ...args);
  }

  preview(...args: string[]): Promise<Operation> {
    return this.operate("preview", ...args);
  }

  refresh(...args: string[]): Promise<Operation> {
    return this.operate("refresh", "--yes", "--skip-preview", ...args);
  }

  destroy(...args: string[]): Promise<Operation> {
    return this.operate("destroy", "--yes", "--skip-preview", ...args);
  }

  /** What it did is read from its event log: its display is for people, and each version has other words. */
  private async operate(...args: string[]): Promise<Operation> {
    const file = join(this.dir, "events");
    await rm(file, { force: true });
    const result = await this.run(...args, `--event-log=${file}`);
    const log = this.file("events") ?? "";
    const events = log.split("\n").flatMap((line): EngineEvent[] => (line === "" ? [] : [JSON.parse(line)]));
    const changes = events.find(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent?.resourceChanges ?? {};
    return { ...result, log, events, changes };
  }

  /** The state file as it lies on disk, secrets encrypted. */
  stateText(): string {
    return readFileSync(this.stateFile(), "utf8");
  }

  private stateFile(): string {
    return join(this.dir, "state/.pulumi/stacks/engine-test/test.json");
  }

  /** Changes the state file, as an earlier version of the program would have left it. */
  // biome-ignore lint/suspicious/noExplicitAny: inputs and dependencies of any resource type
  editState(edit: (resources: any[]) => any[]): void {
    const state = JSON.parse(this.stateText());
    state.checkpoint.latest.resources = edit(state.checkpoint.latest.resources);
    writeFileSync(this.stateFile(), JSON.stringify(state));
  }

  /** Puts a state file back, as `stateText` gave it. */
  setState(text: string): void {
    writeFileSync(this.stateFile(), text);
  }

  /** Every file of the state: checkpoints, backups and history. */
  allStateText(): string {
    return readdirSync(join(this.dir, "state"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  /** What the state records under the resource's name; `undefined` for nothing. */
  recorded(name: string): Recorded | undefined {
    const { resources = [] } = JSON.parse(this.stateText()).checkpoint.latest as { resources?: Recorded[] };
    return resources.find(({ urn }) => urn.endsWith(`::${name}`));
  }

  /** A file of the test's own in the project's folder; `undefined` when it is not there. */
  file(name: string): string | undefined {
    const path = join(this.dir, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }

  /** Removes the project, and ends what a killed engine left running in it: its language host and the program. */
  async dispose(): Promise<void> {
    for (const pid of processesNaming(this.dir)) process.kill(pid, "SIGKILL");
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** Waits until the probe finds something, and gives it back. */
export async function eventually<T>(what: string, probe: () => T | undefined, timeoutMs = 120_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(20);
  }
}

/** Whether a process runs. A zombie does not. */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** The processes on whose command line the text stands. */
function processesNaming(text: string): number[] {
  const names = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && names(pid));
}
