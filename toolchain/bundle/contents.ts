import { z } from "zod";

/** The names of a bundle's files. It is a tar archive of them; what is large is compressed by itself. */
export const files = {
  manifest: "bundle.json",
  /** Lines of sha256sum, of all the other files. */
  sums: "SHA256SUMS",
  /** What the launcher (`lab`) takes out by itself, with nothing but tar and gzip: Node, and the npm packages. */
  node: "bootstrap/node.tar.gz",
  npm: "bootstrap/npm.tar.gz",
  nodeImage: "node-image.tar.zst",
  /** An artifact of the store. */
  build: (key: string) => `builds/${key}.tar.zst`,
  /** The folder with the packages of a Debian suite, and their index. */
  debian: (suite: string) => `debian/${suite}`,
} as const;

const manifestFormat = z.object({
  format: z.literal(1),
  /** The version of the Go by which all of it was built: it is in the digests. */
  go: z.string(),
  /** The names of the artifacts, with their digests. */
  builds: z.array(z.string()),
  /** The full name of the node image. */
  nodeImage: z.string(),
  /** The name of the node image's artifact, with its digest. */
  nodeImageBuild: z.string(),
  /** The Debian suites whose packages it has. */
  debian: z.array(z.string()),
});

/** What a bundle says of itself. */
export type Manifest = z.infer<typeof manifestFormat>;

/** The manifest in a text; undefined where it is none, or one of another version. */
export function readManifest(text: string): Manifest | undefined {
  try {
    return manifestFormat.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The text of a manifest: the same for the same manifest. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
