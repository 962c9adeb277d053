import { readConfig } from "./stacks/config";
import { buildOnExisting } from "./stacks/existing";
import { buildLab } from "./stacks/lab";
import { tellMissingImage } from "./stacks/node-image";
import { requirePulumi } from "./stacks/pulumi-version";
import { nodeImageHere } from "./toolchain/node-image";

export = async () => {
  requirePulumi();
  const nodeImage = nodeImageHere();
  const settings = readConfig(nodeImage);
  if (settings.cluster === "existing") {
    return buildOnExisting(settings);
  }
  await tellMissingImage(settings, nodeImage);
  return buildLab(settings);
};
