import data from "./versions.json";

/** The versions of everything the lab builds; the toolchain reads the same file. */
export const versions = data.versions;

/** The images that the lab's node image holds, by role, under their upstream names. */
export const images = data.images;

/** The repository of the node image; its tag is the digest of what it is built from. */
export const nodeImageRepository = data.nodeImage;

/**
 * The SHA-256 of the official plugins' archives for Linux on amd64, of the versions above; null where the lab does not
 * know it. Such a plugin is taken only by a user's own word.
 */
export const pluginArchives: Readonly<Record<"command" | "kubernetes", string | null>> = data.pluginArchives;
