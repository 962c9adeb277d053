import { UserError } from "../../../lib/user-error";
import { docker } from "./docker";
import type { ContainerEngine } from "./engine";
import { podman } from "./podman";

/** The container engines that a lab can be made on. The only list of them: an engine is its file, and its name here. */
export const engines: readonly ContainerEngine[] = [podman, docker];

/** The values of the config key `engine`. */
export const engineChoices = ["auto", ...engines.map(({ name }) => name)] as const;

/**
 * The engine of a name.
 *
 * @param name `auto` takes the first of the list
 * @throws UserError with the names there are
 */
export function engineOf(name = "auto"): ContainerEngine {
  const [first = podman] = engines;
  const found = name === "auto" ? first : engines.find((engine) => engine.name === name);
  if (found === undefined) {
    throw new UserError([{ field: "engine", value: name, rule: `must be one of: ${engineChoices.join(", ")}` }]);
  }
  return found;
}
