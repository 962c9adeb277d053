import { isNotFound } from "./api-error";
import type { ApiServer } from "./client";
import { at, listAt, textAt } from "./object";
import { apiVersionOf, type Kind } from "./token";

/** Where objects of a kind live on an API server. */
export interface Served {
  /** `daemonsets`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The API server does not serve the kind: its CustomResourceDefinition is missing, or the version is not served. */
export class NotServed extends Error {
  constructor(readonly kind: Kind) {
    super(
      `the API server serves no ${kind.kind} in ${apiVersionOf(kind)}; create its CustomResourceDefinition first (dependsOn), or check apiVersion and kind`,
    );
    this.name = "NotServed";
  }
}

/** What an API server serves, asked for one group and version at a time and remembered. */
export class Discovery {
  private readonly known = new Map<string, Promise<Map<string, Served>>>();

  constructor(private readonly api: ApiServer) {}

  /** Where objects of the kind live; {@link NotServed} after asking anew when they are not found. */
  async find(kind: Kind, signal?: AbortSignal): Promise<Served> {
    const apiVersion = apiVersionOf(kind);
    const remembered = await this.known.get(apiVersion)?.catch(() => undefined);
    const served = remembered?.get(kind.kind) ?? (await this.ask(apiVersion, kind, signal)).get(kind.kind);
    if (served === undefined) throw new NotServed(kind);
    return served;
  }

  private async ask(apiVersion: string, { group, version }: Kind, signal?: AbortSignal): Promise<Map<string, Served>> {
    const path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    const answer = this.api.send({ method: "GET", path }, signal).then(
      (list) => {
        const entries = listAt(list, "resources").flatMap((resource): [string, Served][] => {
          const plural = textAt(resource, "name") ?? "";
          const kind = textAt(resource, "kind");
          // A name with a slash is a subresource.
          if (kind === undefined || plural.includes("/")) return [];
          return [[kind, { plural, namespaced: at(resource, "namespaced") === true }]];
        });
        return new Map(entries);
      },
      (error) => {
        if (isNotFound(error)) return new Map<string, Served>();
        throw error;
      },
    );
    this.known.set(apiVersion, answer);
    return await answer;
  }
}
