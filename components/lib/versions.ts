import data from "./versions.json";

/** The versions of everything the lab builds; the toolchain reads the same file. */
export const versions = data.versions;

/** The images that the lab's node image holds, by role, under their upstream names. */
export const images = data.images;

/** The repository of the node image; its tag is the digest of what it is built from. */
export const nodeImageRepository = data.nodeImage;
