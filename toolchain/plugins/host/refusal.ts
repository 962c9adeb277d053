import { describeProblem } from "../../../lib/user-error";

/** Whose refusal it is: the engine shows the official plugin's name for this one too. */
export function notSupportedBy(plugin: string): string {
  return `not supported by cni-lab's own ${plugin} plugin`;
}

/** The way out that is always there. */
export const wayToOfficial = "or use the official plugin (CNI_LAB_PLUGINS=official)";

/** What a refusal is about. */
export interface Refused {
  /** The plugin that refuses: `kubernetes`. */
  readonly plugin: string;
  /** `resource type`, `function`. */
  readonly what: string;
  /** Which one; undefined where there is only one. */
  readonly value?: string;
  /** Why, as the sentence goes on: `, as it reads YAML files`. */
  readonly why: string;
  /** What to do instead. */
  readonly mend: string;
}

/** The provider can't do this, and can't be made to by trying again. */
export class Unsupported extends Error {
  constructor({ plugin, what, value, why, mend }: Refused) {
    const rule = `${notSupportedBy(plugin)}${why}`;
    super(describeProblem({ field: what, value, rule, fix: `${mend}, ${wayToOfficial}` }));
    this.name = "Unsupported";
  }
}

/** A resource type or function that a provider does not name, with those that it does. */
export function notAmong(plugin: string, what: string, value: string, supported: readonly string[]): Unsupported {
  return new Unsupported({ plugin, what, value, why: `, which has ${supported.join(", ")}`, mend: "use one of these" });
}
