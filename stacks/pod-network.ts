import { cniOf } from "../components/cni/registry";
import type { LabConfig } from "./schema";

/** The network that pods have addresses of, with the CNI that is chosen; undefined with none. */
export function podNetworkOf(config: LabConfig): string | undefined {
  const key = cniOf(config.cni)?.podNetwork.key;
  const settings: Readonly<Record<string, unknown>> = config;
  return key === undefined ? undefined : String(settings[key]);
}
