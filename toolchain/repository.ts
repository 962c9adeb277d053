import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Top folder of this repository. What Pulumi runs is one file that lies there itself: see pulumi-program.js. */
export const repository = existsSync(join(__dirname, "Pulumi.yaml")) ? __dirname : dirname(__dirname);
