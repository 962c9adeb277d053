import { randomBytes } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import path from "node:path";
import { backendFolder } from "../../components/cluster/owner";
import type { Toolchain } from "../../toolchain";
import { userCache } from "../../toolchain/cache";
import { kubeconfigFile, privateDir, stateDir } from "./paths";

/** What the lab's tools need in their environment; added to the caller's own. */
export type ToolEnv = Readonly<Record<string, string>>;

/**
 * The environment in which plain `pulumi` and `kubectl` work on a stack.
 *
 * @param stack the stack they are pointed at; without one they see the backend only
 * @param own the caller's environment, whose backend and passphrase win over the lab's
 */
export function toolEnv(toolchain: Toolchain, stack?: string, own: NodeJS.ProcessEnv = process.env): ToolEnv {
  return {
    PATH: withFirst(toolchain.binDir, own.PATH),
    PULUMI_HOME: toolchain.pulumiHome,
    PULUMI_BACKEND_URL: backendUrl(own),
    ...credentials(own),
    ...passphrase(own),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    KUBECACHEDIR: path.join(userCache(own).root, "kube"),
    ...(stack === undefined ? {} : { PULUMI_STACK: stack, KUBECONFIG: kubeconfigFile(stack) }),
  };
}

/**
 * Where the stacks' state lies: the user's own backend if one is set, else a folder of the lab. There without a second
 * file of metadata for each: an engine that is killed while it writes one leaves a stack that nobody can read.
 */
export function backendUrl(own: NodeJS.ProcessEnv = process.env): string {
  return own.PULUMI_BACKEND_URL || `file://${path.join(stateDir(own), "pulumi")}?metadata=skip`;
}

/** Makes what the environment points at: the backend's folder and a passphrase of this machine. Safe to repeat. */
export function prepareState(env: ToolEnv): void {
  const own = path.join(stateDir(), "pulumi");
  if (env.PULUMI_BACKEND_URL === backendUrl({ ...process.env, PULUMI_BACKEND_URL: undefined })) {
    privateDir(stateDir());
    privateDir(own);
  }
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE;
  if (file !== undefined && !existsSync(file)) {
    privateDir(path.dirname(file));
    writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  }
}

/**
 * The temporary folder of shells that work on a stack, as Pulumi's plugins leave kubeconfigs in theirs. It outlives the
 * stack, empty: such a shell would be lost without it.
 */
export function shellFolder(stack: string): string {
  return path.join(userCache().root, "private", `shell-${stack}`);
}

/** Empties the temporary folder of a stack's shells; there is none where nobody asked for one. */
export function emptyShellFolder(stack: string): void {
  const folder = shellFolder(stack);
  if (existsSync(folder)) {
    rmSync(folder, { recursive: true, force: true });
    privateDir(folder);
  }
}

/**
 * What `pulumi login` has written for a backend of the user's own lies in his home of Pulumi, which is not the lab's.
 * Pulumi takes the home that the system has for the user, not HOME.
 */
function credentials(own: NodeJS.ProcessEnv): Record<string, string> {
  if (!own.PULUMI_BACKEND_URL || backendFolder(own.PULUMI_BACKEND_URL) !== undefined || own.PULUMI_CREDENTIALS_PATH) {
    return {};
  }
  return { PULUMI_CREDENTIALS_PATH: own.PULUMI_HOME || path.join(userInfo().homedir, ".pulumi") };
}

function passphrase(own: NodeJS.ProcessEnv): Record<string, string> {
  if (own.PULUMI_CONFIG_PASSPHRASE !== undefined || own.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined) {
    return {};
  }
  return { PULUMI_CONFIG_PASSPHRASE_FILE: path.join(stateDir(own), "passphrase") };
}

/** A search path that starts with `dir`, once. */
function withFirst(dir: string, searchPath = ""): string {
  return [dir, ...searchPath.split(path.delimiter).filter((entry) => entry !== dir && entry !== "")].join(
    path.delimiter,
  );
}
