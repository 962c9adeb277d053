import { readConfig } from "./stacks/config";
import { buildLab } from "./stacks/lab";

export = buildLab(readConfig());
