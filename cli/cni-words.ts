import { cniNames, cnis } from "../components/cni/registry";

/** The words of CNIs that the help of a command names. */
export const cniWords = {
  /** What `swap` takes. */
  cnis: `${cniNames.slice(0, -1).join(", ")} or ${cniNames.at(-1)}`,
  /** Those of `logs`. */
  logs: cnis.flatMap(({ logs }) => Object.keys(logs)).join(", "),
} as const;
