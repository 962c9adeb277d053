import * as pulumi from "@pulumi/pulumi";

// Whose everything is that a component makes.
process.env.PULUMI_BACKEND_URL = "file:///state";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of any resource type, looked into by tests
  readonly inputs: any;
  /** Of one that is read, not made. */
  readonly id?: string;
}

/**
 * Runs `build` against an engine that records every resource and answers with its inputs.
 *
 * @param stdout what commands print, by the end of their resource's name
 * @param preview whether the engine only previews
 */
export async function record(
  build: () => unknown,
  stdout: Record<string, string> = {},
  preview = false,
): Promise<Registered[]> {
  const seen: Registered[] = [];
  const printed = (name: string) => Object.entries(stdout).find(([end]) => name.endsWith(end))?.[1] ?? "";
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        seen.push({ type, name, inputs, ...(id === undefined || id === "" ? {} : { id }) });
        const metadata = { ...inputs.metadata, resourceVersion: "7" };
        return { id: `${name}-id`, state: { stdout: printed(name), ...inputs, metadata } };
      },
      // A machine whose container engine has nothing, in lines and with the exit code behind them.
      call: () => ({ stdout: `{"fresh":"new","containers":[],"networks":[]}\n0`, stderr: "" }),
    },
    "cni-lab",
    "flannel",
    preview,
  );
  // Pulumi takes a stack trace for each promise, and Vitest maps each line of it: half of such a test's time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    build();
  } finally {
    await pulumi.runtime.disconnect();
    Error.stackTraceLimit = stackTraceLimit;
  }
  return seen;
}

/** The names of what was registered with one type, sorted. */
export function namesOf(resources: readonly Registered[], type: string): string[] {
  return resources
    .filter((resource) => resource.type === type)
    .map(({ name }) => name)
    .sort();
}

/** The one resource of this name, for a look at its inputs. */
export function only(resources: readonly Registered[], name: string): Registered {
  const found = resources.filter((resource) => resource.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${found.length} resources are named ${name}`);
  }
  return first;
}
