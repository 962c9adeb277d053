import { readConfig } from "./stacks/config";
import { buildLab } from "./stacks/lab";
import { tellMissingImage } from "./stacks/node-image";
import { requirePulumi } from "./stacks/pulumi-version";
import { nodeImageHere } from "./toolchain/node-image";

export = async () => {
  requirePulumi();
  const nodeImage = nodeImageHere();
  const settings = readConfig(nodeImage);
  await tellMissingImage(settings, nodeImage);
  return buildLab(settings);
};
