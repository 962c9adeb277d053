import { existsSync } from "node:fs";
import type { Progress } from "../../lib/progress";
import { UserError } from "../../lib/user-error";
import type { BuildPackage } from "../build-packages";
import { imageEngineOf, podman } from "../image-engine";
import { CommandError, run } from "../run";
import { missingKernelModules } from "./kernel";
import { lackOf, lackOfModules, lackOfRoot, type Missing } from "./missing";
import {
  installCommand,
  missingBuildPackages,
  missingBundlePackages,
  missingPackages,
  missingTestPackages,
} from "./packages";

/** The machine as `ensureSystem` sees it; tests pass another. */
export interface Machine {
  readonly isRoot: boolean;
  readonly hasApt: boolean;
  readonly missingPackages: () => readonly string[];
  readonly missingModules: () => Promise<readonly string[]>;
  /** Runs a command to its end; rejects when it fails. */
  readonly run: (argv: readonly [string, ...string[]], say: (line: string) => void) => Promise<unknown>;
}

/** This machine, as one that runs nodes by an engine. @param engine its name. @default "podman" */
export function thisMachine(engine: string = podman.name): Machine {
  return {
    isRoot: process.getuid?.() === 0,
    hasApt: existsSync("/usr/bin/apt-get"),
    missingPackages: () => missingPackages(engine),
    missingModules: async () => ((await isElsewhere(engine)) ? [] : missingKernelModules("load")),
    run: (argv, say) => run(argv, { say, env: { DEBIAN_FRONTEND: "noninteractive" } }),
  };
}

/** An engine that can't be asked is taken for one of this machine. */
function isElsewhere(engine: string): Promise<boolean> {
  return imageEngineOf(engine)
    .isElsewhere()
    .catch(() => false);
}

/**
 * Installs the packages that lack, where that is possible, and loads kernel modules.
 *
 * @throws UserError with the command that mends what could not be mended here
 */
export async function ensureSystem(ui: Progress, machine: Machine = thisMachine()): Promise<void> {
  await ensurePackages(ui, machine);
  const modules = await machine.missingModules();
  if (modules.length > 0) {
    throw lacking(lackOfModules(modules));
  }
}

/** The same for the packages that only tests need. */
export async function ensureTestPackages(ui: Progress, machine: Machine = thisMachine()): Promise<void> {
  await ensurePackages(ui, { ...machine, missingPackages: () => missingTestPackages() });
}

/** The same for the packages that builds take; without root, as long as none lacks. */
export async function ensureBuildPackages(
  ui: Progress,
  taken: readonly BuildPackage[],
  machine: Machine = thisMachine(),
): Promise<void> {
  const lacking = missingBuildPackages(taken);
  if (lacking.length > 0) {
    await ensurePackages(ui, { ...machine, missingPackages: () => lacking });
  }
}

/** The same for the packages that bundles are packed with. */
export async function ensureBundlePackages(ui: Progress, machine: Machine = thisMachine()): Promise<void> {
  await ensurePackages(ui, { ...machine, missingPackages: () => missingBundlePackages() });
}

async function ensurePackages(ui: Progress, machine: Machine): Promise<void> {
  const packages = machine.missingPackages();
  const isInstallable = machine.isRoot && machine.hasApt;
  const unmendable = [
    ...(machine.isRoot ? [] : [lackOfRoot]),
    ...(packages.length === 0 || isInstallable ? [] : [lackOf(packages, machine.hasApt)]),
  ];
  if (unmendable.length > 0) {
    throw lacking(...unmendable);
  }
  if (packages.length === 0) {
    return;
  }
  await ui.step(`installing ${packages.join(" ")}`, async (say) => {
    // A broken source of another vendor must not stop us: the installation tells what matters.
    await machine.run(["apt-get", "update"], say).catch(() => {});
    await machine.run(installCommand(packages), say).catch((error: unknown) => {
      const output = error instanceof CommandError ? error.output : String(error);
      throw lacking({ ...lackOf(packages), what: `${lackOf(packages).what}, and installing them failed: ${output}` });
    });
  });
}

function lacking(...all: readonly Missing[]): UserError {
  return new UserError(all.map(({ what, fix }) => ({ field: "this machine", rule: `lacks ${what}`, fix })));
}
