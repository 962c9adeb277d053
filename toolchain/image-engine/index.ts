import { UserError } from "../../lib/user-error";
import { docker } from "./docker";
import type { ImageEngine } from "./image-engine";
import { podman } from "./podman";

export type { ImageEngine, Throwaway } from "./image-engine";
export { podman } from "./podman";

/** The engines that images are built with; the names are those of the components' engines. */
export const imageEngines: readonly ImageEngine[] = [podman, docker];

/** The engine of a name. @throws UserError for another name than theirs */
export function imageEngineOf(name: string): ImageEngine {
  const found = imageEngines.find((engine) => engine.name === name);
  if (found === undefined) {
    const rule = `must be one of: ${imageEngines.map((engine) => engine.name).join(", ")}`;
    throw new UserError([{ field: "engine", value: name, rule }]);
  }
  return found;
}
