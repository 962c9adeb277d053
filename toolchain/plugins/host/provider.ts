import type { Children } from "./children";
import type { Change } from "./compare";
import type { Log } from "./log";
import type { Tree } from "./value";

/** Resources and functions as https://www.pulumi.com/docs/iac/extending-pulumi/schema/ has them, by token. */
export interface PackageSchema {
  readonly resources: Readonly<Record<string, object>>;
  readonly functions?: Readonly<Record<string, object>>;
  readonly types?: Readonly<Record<string, object>>;
  /** What generators of one language need to know. */
  readonly language?: Readonly<Record<string, object>>;
}

/** A plugin: thin handlers, keyed by token. Whatever it does not name is refused by {@link serve}. */
export interface Provider {
  /** The package, such as `command`. */
  readonly name: string;
  readonly version: string;
  /** What resources there are, for a person whose token was refused. */
  readonly resources: readonly string[];
  /** What functions there are, likewise. */
  readonly functions: readonly string[];
  /** What the engine tells other tools of the package: Pulumi's package schema but for name and version. */
  readonly schema: PackageSchema;
  /** The handler of a resource type, or `undefined` when there is none. */
  resource(type: string): ResourceHandler | undefined;
  /** The handler of a function, or `undefined` when there is none. */
  function(token: string): FunctionHandler | undefined;
  /** Checks the provider's own configuration. @default accepts everything */
  checkConfig?(request: CheckRequest, call: Call): Promise<Checked>;
  /** Compares the provider's own configuration. @default no difference */
  diffConfig?(request: DiffRequest, call: Call): Promise<Difference>;
  /** Whether it honours {@link CheckRequest.autonaming}. @default false */
  readonly takesAutonaming?: boolean;
  /** Takes the configuration; called once, before any resource call. */
  configure?(config: Tree, call: Call): Promise<void>;
}

/** The life of one resource type. Every tree may hold secrets, and in previews unknowns. */
export interface ResourceHandler {
  check(request: CheckRequest, call: Call): Promise<Checked>;
  diff(request: DiffRequest, call: Call): Promise<Difference>;
  create(request: CreateRequest, call: Call): Promise<Created>;
  /** The live object, or `undefined` when it is gone. */
  read(request: ReadRequest, call: Call): Promise<ReadResult | undefined>;
  /** Returns the new outputs. */
  update(request: UpdateRequest, call: Call): Promise<Tree>;
  delete(request: DeleteRequest, call: Call): Promise<void>;
}

/** A function: arguments to results, or what is wrong with the arguments. */
export type FunctionHandler = (request: InvokeRequest, call: Call) => Promise<Tree | Failures>;

/** What every call may use. */
export interface Call {
  readonly log: Log;
  readonly children: Children;
  /** Aborted when the user cancels the deployment or the engine is gone. */
  readonly signal: AbortSignal;
}

/** Which resource a request is about. */
export interface Subject {
  readonly urn: string;
  /** Such as `command:local:Command`. */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
}

export interface CheckRequest extends Subject {
  /** The inputs of the last deployment; empty at first. */
  readonly olds: Tree;
  readonly news: Tree;
  /** For automatic names: the same in preview and deployment. */
  readonly randomSeed: Uint8Array;
  /** What the project's `pulumi:autonaming` says of this resource. @default the plugin names it as it does */
  readonly autonaming?: Autonaming;
}

/** The automatic name to be used; undefined where the program has to give one. */
export interface Autonaming {
  readonly proposed: string | undefined;
}

/** One thing wrong with one input. */
export interface CheckFailure {
  /** The path; empty for the object as a whole. */
  readonly property: string;
  readonly reason: string;
}

/** Why arguments were refused. */
export class Failures {
  constructor(readonly failures: readonly CheckFailure[]) {}
}

/** The inputs with defaults filled in, or why they were refused. */
export type Checked = { readonly inputs: Tree } | Failures;

export interface DiffRequest extends Subject {
  readonly id: string;
  /** The recorded outputs. */
  readonly state: Tree;
  readonly oldInputs: Tree;
  readonly news: Tree;
  /** Property paths that the user wants left alone; the engine has put the old inputs there already. */
  readonly ignoreChanges: readonly string[];
}

/** What a deployment would change; nothing when both are empty. */
export interface Difference {
  /** Paths of inputs that differ. */
  readonly changes: ReadonlyMap<string, Change>;
  /** Those of them that need a new object. @default none */
  readonly replaces?: ReadonlySet<string>;
  /** Delete the old object before the new one is made. @default false */
  readonly deleteBeforeReplace?: boolean;
}

/** What calls that change something have in common. */
export interface Operation {
  /** The user's `customTimeouts`; `undefined` when none was set. */
  readonly timeoutSeconds: number | undefined;
}

export interface CreateRequest extends Subject, Operation {
  readonly inputs: Tree;
  /** Nothing may be changed: answer what is known, and unknowns for the rest. */
  readonly preview: boolean;
}

export interface Created {
  readonly id: string;
  readonly outputs: Tree;
}

export interface ReadRequest extends Subject {
  readonly id: string;
  /** The recorded outputs; empty for an import. */
  readonly state: Tree;
  /** The recorded inputs; empty for an import. */
  readonly inputs: Tree;
}

export interface ReadResult {
  readonly id: string;
  readonly outputs: Tree;
  readonly inputs: Tree;
}

export interface UpdateRequest extends Subject, Operation {
  readonly id: string;
  readonly state: Tree;
  readonly oldInputs: Tree;
  readonly news: Tree;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
}

export interface DeleteRequest extends Subject, Operation {
  readonly id: string;
  readonly state: Tree;
  readonly oldInputs: Tree;
}

export interface InvokeRequest {
  readonly token: string;
  readonly args: Tree;
  readonly preview: boolean;
}
