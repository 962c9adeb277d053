import { delimiter } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { locateToolchain } from "../../toolchain";
import { type Call, Children, type ResourceHandler, Secret, type Tree } from "../../toolchain/plugins/host";
import { kubernetesProvider } from "../../toolchain/plugins/kubernetes/provider";
import { type ControlPlane, startControlPlane } from "./apiserver";

/** What the plugin's handlers need around them, without an engine; keeps what they say. */
export class Bench {
  readonly said: string[] = [];
  readonly children = new Children();
  aborter = new AbortController();

  constructor(readonly api: () => ControlPlane) {}

  /** Forgets what was said and cancelled before. */
  reset(): void {
    this.said.splice(0);
    this.aborter = new AbortController();
  }

  call(): Call {
    const say = (line: string): void => void this.said.push(line);
    const log = { debug() {}, info: say, warning: say, error: say, status: say, flush: async () => {} };
    return { log, children: this.children, signal: this.aborter.signal };
  }
}

/** A bench for the tests of a file, on an API server that runs as long as they do. */
export function benchOfFile(): Bench {
  let api: ControlPlane | undefined;
  const bench = new Bench(() => {
    if (api === undefined) throw new Error("the API server is asked for before the tests begin");
    return api;
  });
  beforeEach(() => bench.reset());
  beforeAll(async () => {
    const { binDir } = locateToolchain();
    // Where the handlers find kubectl.
    process.env.PATH = [binDir, process.env.PATH].join(delimiter);
    api = await startControlPlane(binDir);
  });
  afterAll(async () => {
    await bench.children.endAll(100);
    await api?.stop();
  });
  return bench;
}

/** One resource, kept from step to step as the engine would. */
export class Resource {
  id = "";
  inputs: Tree = {};
  state: Tree = {};
  private readonly subject: { urn: string; type: string; name: string };
  private handler: ResourceHandler | undefined;

  constructor(
    private readonly bench: Bench,
    type: string,
    name: string,
    private readonly config: Tree = {},
  ) {
    this.subject = { urn: `urn:pulumi:dev::proj::${type}::${name}`, type, name };
  }

  get urn(): string {
    return this.subject.urn;
  }

  private async handle(): Promise<ResourceHandler> {
    if (this.handler === undefined) {
      const provider = kubernetesProvider("4.34.2");
      await provider.configure?.(
        { kubeconfig: new Secret(this.bench.api().kubeconfig), ...this.config },
        this.bench.call(),
      );
      this.handler = provider.resource(this.subject.type);
    }
    if (this.handler === undefined) throw new Error("no handler");
    return this.handler;
  }

  async check(news: Tree): Promise<Tree> {
    const request = { ...this.subject, news, olds: this.inputs, randomSeed: new Uint8Array([7]) };
    const checked = await (await this.handle()).check(request, this.bench.call());
    if (!("inputs" in checked)) throw new Error(JSON.stringify(checked.failures));
    return checked.inputs;
  }

  async create(news: Tree, timeoutSeconds?: number): Promise<Tree> {
    const inputs = await this.check(news);
    const request = { ...this.subject, inputs, preview: false, timeoutSeconds };
    const { id, outputs } = await (await this.handle()).create(request, this.bench.call());
    Object.assign(this, { id, inputs, state: outputs });
    return outputs;
  }

  async previewCreate(news: Tree): Promise<Tree> {
    const request = { ...this.subject, inputs: await this.check(news), preview: true, timeoutSeconds: undefined };
    return (await (await this.handle()).create(request, this.bench.call())).outputs;
  }

  async diff(news: Tree) {
    const checked = await this.check(news);
    const request = { ...this.subject, id: this.id, state: this.state, oldInputs: this.inputs, news: checked };
    const found = await (await this.handle()).diff({ ...request, ignoreChanges: [] }, this.bench.call());
    const { changes, replaces = new Set(), deleteBeforeReplace } = found;
    return { changes: [...changes.keys()], replaces: [...replaces], deleteBeforeReplace };
  }

  async update(news: Tree, preview = false, timeoutSeconds?: number): Promise<Tree> {
    const checked = await this.check(news);
    const recorded = { id: this.id, state: this.state, oldInputs: this.inputs, ignoreChanges: [] };
    const request = { ...this.subject, ...recorded, news: checked, preview, timeoutSeconds };
    const outputs = await (await this.handle()).update(request, this.bench.call());
    if (!preview) Object.assign(this, { inputs: checked, state: outputs });
    return outputs;
  }

  async read(id = this.id) {
    const request = { ...this.subject, id, state: this.state, inputs: this.inputs };
    return await (await this.handle()).read(request, this.bench.call());
  }

  async delete(timeoutSeconds?: number): Promise<void> {
    const recorded = { id: this.id, state: this.state, oldInputs: this.inputs };
    await (await this.handle()).delete({ ...this.subject, ...recorded, timeoutSeconds }, this.bench.call());
  }
}

/** The error that the work ends with. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}
