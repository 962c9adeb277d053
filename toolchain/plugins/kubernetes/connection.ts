import type { Tree } from "../host";
import { Cluster } from "./cluster";
import { type Kubeconfig, readKubeconfig } from "./kubeconfig";
import { readSettings, type Settings } from "./settings";

/** A provider's cluster, which in a preview may not exist yet, and whose kubeconfig may turn out unusable. */
export class Connection {
  readonly settings: Settings;
  private cluster: Cluster | undefined;
  private kubeconfig: Kubeconfig | undefined;

  constructor(config: Tree) {
    this.settings = readSettings(config);
  }

  /** The cluster; undefined while its kubeconfig is not known or not usable, which is for previews to tolerate. */
  current(): Cluster | undefined {
    try {
      return this.settings.choice === undefined ? undefined : this.required();
    } catch {
      return undefined;
    }
  }

  /** The cluster; an error that says what is wrong with the kubeconfig where there is none. */
  required(): Cluster {
    this.cluster ??= new Cluster(this.read());
    return this.cluster;
  }

  /** The namespace of namespaced objects that name none. */
  defaultNamespace(): string {
    if (this.settings.namespace !== undefined) return this.settings.namespace;
    try {
      return this.settings.choice === undefined ? "default" : this.read().namespace;
    } catch {
      return "default";
    }
  }

  private read(): Kubeconfig {
    this.kubeconfig ??= readKubeconfig(this.settings.choice ?? {});
    return this.kubeconfig;
  }
}
