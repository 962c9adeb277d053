import { own, reveal, type Tree, Unknown, type Value } from "../host";
import type { Choice } from "./kubeconfig";

/** A provider's configuration, as the program or the environment set it. */
export interface Settings {
  /** Which cluster; undefined while the kubeconfig is not known yet. */
  readonly choice: Choice | undefined;
  /** For objects without a namespace of their own. @default the kubeconfig context's */
  readonly namespace: string | undefined;
  /** Take fields over from other field managers. @default false */
  readonly enablePatchForce: boolean;
  /** Take over an object that exists already instead of refusing to create it. @default false */
  readonly upsertExistingObjects: boolean;
  /** Change a ConfigMap's data in place instead of replacing it. @default false */
  readonly enableConfigMapMutable: boolean;
  /** The same for a Secret. @default false */
  readonly enableSecretMutable: boolean;
  /** Drop objects from the state when their API server can't be reached. @default false */
  readonly deleteUnreachable: boolean;
  /** Leave objects as they are when their API server can't be reached. @default false */
  readonly skipUpdateUnreachable: boolean;
  /** Do not tell what the API server will cease to serve. @default false */
  readonly suppressDeprecationWarnings: boolean;
}

/** Keys that the official plugin honours and this one has nothing for: taken, and told. */
export const keysWithoutEffect: readonly string[] = ["kubeClientSettings", "helmReleaseSettings", "alwaysRender"];

/** How variables begin that the official plugin reads and this one has nothing for. */
export const variablesWithoutEffect = "PULUMI_K8S_CLIENT_";

/** Keys that the plugin takes. */
export const knownKeys: ReadonlySet<string> = new Set([
  "kubeconfig",
  "context",
  "cluster",
  "clusterIdentifier",
  "namespace",
  "enablePatchForce",
  "upsertExistingObjects",
  "enableConfigMapMutable",
  "enableSecretMutable",
  "deleteUnreachable",
  "skipUpdateUnreachable",
  "enableServerSideApply",
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "renderYamlToDirectory",
  ...keysWithoutEffect,
  "version",
  "pluginDownloadURL",
]);

/** Reads a provider's configuration. Everything but text arrives as JSON in a string. */
export function readSettings(config: Tree): Settings {
  const plain = reveal(config);
  const unknown = ["kubeconfig", "context", "cluster"].some((key) => own(plain, key) instanceof Unknown);
  const flag = (key: string, variable: string): boolean => isTrue(own(plain, key) ?? process.env[variable]);
  return {
    choice: unknown ? undefined : { kubeconfig: text(plain, "kubeconfig"), ...choiceOf(plain) },
    namespace: text(plain, "namespace"),
    enablePatchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    upsertExistingObjects: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    enableConfigMapMutable: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
    enableSecretMutable: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    deleteUnreachable: flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
    suppressDeprecationWarnings: flag("suppressDeprecationWarnings", "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS"),
  };
}

function choiceOf(plain: Tree): Choice {
  return { context: text(plain, "context"), cluster: text(plain, "cluster") };
}

/** Text that is there and not empty. */
export function text(config: Tree, key: string): string | undefined {
  const value = own(config, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `true`, or "true" as JSON in a string and as an environment variable writes it. */
export function isTrue(value: Value | undefined): boolean {
  return value === true || value === "true";
}
