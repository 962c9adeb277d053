/**
 * An image's whole name, as a node's runtime keeps it: with its registry and its tag, which people leave out
 * (github.com/distribution/reference, ParseDockerRef).
 */
export function wholeImageName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const named = hasRegistry ? image : `docker.io/${rest.length === 0 ? "library/" : ""}${image}`;
  return named.includes("@") || /:[^/]+$/.test(named) ? named : `${named}:latest`;
}
