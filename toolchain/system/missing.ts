import { existsSync } from "node:fs";
import type { BuildPackage } from "../build-packages";
import { type ImageEngine, imageEngineOf, podman } from "../image-engine";
import { missingKernelModules } from "./kernel";
import { installCommand, missingBuildPackages, missingPackages } from "./packages";

/** Something that keeps the lab from running here. */
export interface Missing {
  /** What lacks, as a noun. */
  readonly what: string;
  /** The exact command, or the change, that mends it. */
  readonly fix: string;
}

/**
 * What this machine lacks; empty when the lab can run.
 *
 * @param kernel "load" loads kernel modules that lack and can be loaded; with "look" nothing is changed. @default "look"
 * @param engine the name of the container engine that is to work. @default "podman"
 * @param taken packages that builds take which are still to be made. @default none
 */
export async function missing(
  kernel: "look" | "load" = "look",
  engine: string = podman.name,
  taken: readonly BuildPackage[] = [],
): Promise<Missing[]> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return [{ what: "Linux on amd64", fix: `use such a machine: this one is ${process.platform} on ${process.arch}` }];
  }
  const packages = [...missingPackages(engine), ...missingBuildPackages(taken)];
  const isRoot = process.getuid?.() === 0;
  return [
    ...(isRoot ? [] : [lackOfRoot]),
    ...(packages.length === 0 ? [] : [lackOf(packages)]),
    // Neither can be asked by others than root, nor without the programs.
    ...(isRoot && packages.length === 0 ? await lacksOfKernelAndEngine(kernel, imageEngineOf(engine)) : []),
  ];
}

/** Containers with a kernel's networks and mounts of their own are root's alone. */
export const lackOfRoot: Missing = { what: "root", fix: "run the same command as root, for example with sudo" };

/** Packages as something missing. */
export function lackOf(packages: readonly string[], hasApt = existsSync("/usr/bin/apt-get")): Missing {
  const what = `packages ${packages.join(", ")}`;
  return hasApt
    ? { what, fix: `apt-get update && ${installCommand(packages).join(" ")}` }
    : { what, fix: "install them (the names are Debian's) with this system's package manager" };
}

async function lacksOfKernelAndEngine(kernel: "look" | "load", engine: ImageEngine): Promise<Missing[]> {
  const problem = await engine.problem();
  // The kernel of an engine on another machine can't be asked from here.
  const isHere = problem !== undefined || !(await engine.isElsewhere());
  const modules = isHere ? await missingKernelModules(kernel) : [];
  return [
    ...(modules.length === 0 ? [] : [lackOfModules(modules)]),
    ...(problem === undefined
      ? []
      : [{ what: `a working ${engine.name}: ${problem}`, fix: `see ${engine.name} info` }]),
  ];
}

/** Kernel modules as something missing. */
export function lackOfModules(modules: readonly string[]): Missing {
  const fix = `modprobe -a ${modules.join(" ")}; where that fails, boot a kernel that has them`;
  return { what: `kernel modules ${modules.join(", ")}`, fix };
}
