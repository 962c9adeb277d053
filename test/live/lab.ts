import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { runVariable } from "../../cli/test/run";
import { LineMasker } from "../../lib/mask";
import { userCache } from "../../toolchain/cache";
import { WatchedFolders } from "../files";
import { commandOn } from "../readme";

const root = path.resolve(__dirname, "../..");

/** What a `./lab` command printed and how it ended. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams, in the order of their lines. */
  readonly all: string;
}

/**
 * One lab under test, driven as its user would: by `./lab`. Its stack and state are its own, so that a stack of the
 * same lab that is up on this machine is left alone.
 */
export class LabUnderTest {
  readonly stack: string;
  private home: string | undefined;
  private folders: WatchedFolders | undefined;

  /** @param home a folder that its commands take for their user's home where ssh is concerned. @default the real one */
  constructor(
    lab: string,
    private readonly sshHome?: string,
  ) {
    this.stack = `test-${lab}`;
  }

  /** The state's folder, in that of the run, which `./lab test` sweeps by; there is none for a lab whose tests are left out. */
  get stateHome(): string {
    this.home ??= mkdtempSync(path.join(process.env[runVariable] ?? tmpdir(), "cni-lab-live-"));
    return this.home;
  }

  private get watched(): WatchedFolders {
    this.folders ??= new WatchedFolders();
    return this.folders;
  }

  /** A command as it is started. ssh finds its user's folder by the system's list of users: the command gets one of its own. */
  private argv(args: readonly string[]): [file: string, args: readonly string[]] {
    const command = [path.join(root, "lab"), ...args] as const;
    if (this.sshHome === undefined) {
      return [command[0], args];
    }
    const bind = 'mount --bind "$0" /etc/passwd && exec "$@"';
    return ["unshare", ["--mount", "sh", "-euc", bind, path.join(this.sshHome, "passwd"), ...command]];
  }

  private get surroundings() {
    // The user's own backend is nothing for tests.
    const own = { PULUMI_BACKEND_URL: "", XDG_STATE_HOME: this.stateHome };
    const env = { ...this.watched.env, ...own, CI: "true" };
    return { reject: false, stdin: "ignore", env } as const;
  }

  /** Starts `./lab ARGS`, for a test that does something to it; its output is shown as it comes. */
  start(...args: string[]) {
    const child = execa(...this.argv(args), { ...this.surroundings, all: true });
    this.show(child);
    return child;
  }

  /** What a command prints is shown, and kept where `./lab test` keeps its reports: without the secrets in it. */
  private show({ stdout, stderr }: { readonly stdout: Readable; readonly stderr: Readable }): void {
    const { CNI_LAB_TEST_REPORTS: reports } = process.env;
    for (const [from, to] of [
      [stdout, process.stdout],
      [stderr, process.stderr],
    ] as const) {
      const masker = new LineMasker();
      createInterface({ input: from }).on("line", (text) => {
        const line = masker.line(text);
        if (line === undefined) return;
        to.write(`${line}\n`);
        if (reports !== undefined) {
          appendFileSync(path.join(reports, `${this.stack}.log`), `${line}\n`, { mode: 0o600 });
        }
      });
    }
  }

  /** Runs `./lab ARGS` and shows its output as it comes. */
  async run(...args: string[]): Promise<Ran> {
    const { exitCode, stdout, all } = await this.start(...args);
    return { exitCode: exitCode ?? -1, stdout, all };
  }

  /** What `./lab ARGS` prints, which is not shown; fails the test when it fails. */
  async read(...args: string[]): Promise<string> {
    const { stdout } = await execa(...this.argv(args), { env: this.surroundings.env, stdin: "ignore" });
    return stdout;
  }

  /** Runs a command of the lab's page as it stands there, but on this stack. */
  async page(command: string): Promise<Ran> {
    return this.script(commandOn(this.stack, command));
  }

  /** Runs a script in the repository's folder, with `$0` and what follows; gives its exit code. */
  async shell(script: string, ...args: string[]): Promise<number> {
    return (await this.script(script, ...args)).exitCode;
  }

  private async script(script: string, ...args: string[]): Promise<Ran> {
    const ran = execa("sh", ["-euc", script, ...args], { ...this.surroundings, all: true, cwd: root });
    this.show(ran);
    const { exitCode, stdout, all } = await ran;
    return { exitCode: exitCode ?? -1, stdout, all };
  }

  /** A command on a node; fails the test when it fails. */
  async node(name: string, ...argv: string[]): Promise<string> {
    const { exitCode, stdout } = await this.run("node", "-s", this.stack, name, ...argv);
    if (exitCode !== 0) {
      throw new Error(`${argv.join(" ")} on ${name} ended with ${exitCode}`);
    }
    return stdout;
  }

  /** What kubectl answers, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind, looked into by tests
  async get(...args: string[]): Promise<any> {
    return JSON.parse((await this.run("kubectl", "-s", this.stack, "get", ...args, "-o", "json")).stdout);
  }

  /** Every file of the stack's state, checkpoints and backups, as one text. */
  stateText(): string {
    return readdirSync(path.join(this.stateHome, "cni-lab/pulumi"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "latin1"))
      .join("\n");
  }

  /** What nobody else may know of the stack while it is up: its keys, the passwords in its Secrets, the state's passphrase. */
  async secrets(): Promise<readonly string[]> {
    const kubectl = ["kubectl", "-s", this.stack] as const;
    const { users } = JSON.parse(await this.read(...kubectl, "config", "view", "--raw", "-o", "json"));
    const key: string = users[0].user["client-key-data"];
    const { items } = JSON.parse(await this.read(...kubectl, "get", "secrets", "-A", "-o", "json"));
    const data: [string, string][] = items.flatMap((each: { data?: object }) => Object.entries(each.data ?? {}));
    const kept = data.filter(([name]) => /password|secret|key/i.test(name)).map(([, value]) => value);
    const passphrase = readFileSync(path.join(this.stateHome, "cni-lab/passphrase"), "utf8");
    const plain = [key, ...kept].map((value) => Buffer.from(value, "base64").toString("latin1"));
    // Of a key the line that tells it, as its lines may be written in many ways.
    const telling = plain.map((text) => text.split("\n").find((line) => !line.startsWith("---")) ?? text);
    return [key, ...kept, ...telling, passphrase].filter((secret) => secret.length >= 8);
  }

  /** The files that commands have left, wherever they may write, and that hold one of these. The passphrase has its own. */
  filesHolding(secrets: readonly string[]): string[] {
    const { CNI_LAB_TEST_REPORTS: reports } = process.env;
    const folders = [this.stateHome, this.watched.root, path.join(userCache().root, "private"), reports ?? []].flat();
    return folders
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => file !== path.join(this.stateHome, "cni-lab/passphrase"))
      .filter((file) => {
        const text = textOf(file);
        return secrets.some((secret) => text.includes(secret));
      });
  }

  /** What commands have left outside of the lab's own folders. */
  strays(): readonly string[] {
    return this.watched.left();
  }

  /** Takes the stack down, whatever state it is in, and removes what it wrote. */
  async end(): Promise<Ran> {
    const ran = await this.run("down", this.stack);
    rmSync(this.stateHome, { recursive: true, force: true });
    this.watched.remove();
    const config = path.join(root, "stacks", `Pulumi.${this.stack}.yaml`);
    if (existsSync(config)) {
      rmSync(config);
    }
    return ran;
  }
}

/** A file as text; none of one that its owner has just removed. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

/** What the container engine holds that carries the name of a stack. */
export async function engineHolds(stack: string): Promise<string[]> {
  const lists = await Promise.all([
    execa("podman", ["ps", "--all", "--format", "{{.Names}}"]),
    execa("podman", ["network", "ls", "--format", "{{.Name}}"]),
    execa("podman", ["volume", "ls", "--format", "{{.Name}}", "--filter", `label=cni-lab.stack=${stack}`]),
  ]);
  return lists.flatMap(({ stdout }) => stdout.split("\n")).filter((name) => name.includes(`cni-lab-${stack}`));
}
