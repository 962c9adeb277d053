import path from "node:path";
import { isExecutable } from "../../lib/executable";
import { quoteWord } from "../../lib/shell";
import { pluginFolders, type Toolchain } from "../../toolchain";
import { userCache } from "../../toolchain/cache";
import { shellFolder, toolEnv } from "./env";

/** A variable that a shell gets, and what for. */
export interface ShellVariable {
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

const why: Readonly<Record<string, string>> = {
  PULUMI_HOME: "the lab's plugins; no other pulumi is on PATH, and ~/.pulumi stays as it is",
  PULUMI_SKIP_UPDATE_CHECK: "the lab's pulumi is of the lab's version",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "the plugins are there",
  PULUMI_CREDENTIALS_PATH: "what pulumi login has written",
  PULUMI_CONFIG_PASSPHRASE_FILE: "encrypts the secrets of the lab's stacks",
  PULUMI_STACK: "the stack that pulumi works on",
  KUBECONFIG: "the cluster that kubectl works on",
  KUBECACHEDIR: "kubectl leaves nothing in ~/.kube",
  TMPDIR: "plugins leave kubeconfigs there, and nobody else can look into it",
};

/** What only a `pulumi` of the lab's needs: a user's own has a home, a way to its plugins and a version of its own. */
const ofLabsPulumi = ["PULUMI_HOME", "PULUMI_SKIP_UPDATE_CHECK", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"];

/**
 * What a shell must have so that plain `pulumi` and `kubectl` work on a stack that `./lab` knows, and nothing else. A
 * `pulumi` of the user's own goes on with its own home and login: it finds the lab's plugins at the end of PATH.
 */
export function shellVariables(
  toolchain: Toolchain,
  stack: string,
  own: NodeJS.ProcessEnv = process.env,
): readonly ShellVariable[] {
  const { PATH: first = "", ...others } = toolEnv(toolchain, stack, own);
  const ownPath = withoutLab(toolchain, own.PATH);
  const hasOwn = ownPath.some((folder) => isExecutable(path.join(folder, "pulumi")));
  const last = [...ownPath, ...pluginFolders(toolchain.pulumiHome), toolchain.binDir].join(path.delimiter);
  const reasons: Readonly<Record<string, string>> = {
    ...why,
    PULUMI_BACKEND_URL: own.PULUMI_BACKEND_URL
      ? "your own, as it is"
      : "where ./lab keeps the stack; without it, pulumi works where pulumi login has led",
  };
  return [
    hasOwn
      ? { name: "PATH", value: last, why: "the lab's plugins and programs, behind your own" }
      : { name: "PATH", value: first, why: "the lab's pulumi and kubectl" },
    ...Object.entries({ ...others, TMPDIR: shellFolder(stack) })
      .filter(([name]) => !hasOwn || !ofLabsPulumi.includes(name))
      .map(([name, value]) => ({ name, value, why: reasons[name] ?? "" })),
  ];
}

/** The variables as lines for a shell's `eval`. */
export function shellExports(variables: readonly Pick<ShellVariable, "name" | "value">[]): string {
  return variables.map(({ name, value }) => `export ${name}=${quoteWord(value)}\n`).join("");
}

/** What the variables are for, a line each. */
export function shellWords(variables: readonly ShellVariable[]): string {
  return variables.map(({ name, why: reason }) => `lab: sets ${name}: ${reason}\n`).join("");
}

/** A search path without what the lab has put there, of this version or an earlier one. */
function withoutLab(toolchain: Toolchain, searchPath = ""): string[] {
  const { store, pulumiHomes } = userCache();
  const labs = [path.dirname(toolchain.binDir), toolchain.pulumiHome, store, pulumiHomes];
  const isLabs = (folder: string) => labs.some((each) => folder.startsWith(each + path.sep));
  return searchPath.split(path.delimiter).filter((folder) => folder !== "" && !isLabs(folder));
}
