import { readConfig } from "./stacks/config";
import { chooseEngine } from "./stacks/engine";
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
  const { name: engine } = await chooseEngine(settings);
  await tellMissingImage({ ...settings, engine }, nodeImage);
  return buildLab({ ...settings, engine });
};
