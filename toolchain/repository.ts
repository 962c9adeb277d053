import { join } from "node:path";

/** Top folder of this repository. */
export const repository = join(__dirname, "..");
