/** Every image of the lab in podman's store. */
export const labImages = "localhost/cni-lab/*";

/** How the names of containers begin that a build runs for a while. */
export const buildContainers = "cni-lab-build-";

/** Name of an image that a build needs for a while; `digest` keeps builds of other inputs apart. */
export function buildImageName(part: string, digest: string): string {
  return `localhost/cni-lab/build-${part}:${digest}`;
}
