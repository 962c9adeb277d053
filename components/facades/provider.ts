import type * as pulumi from "@pulumi/pulumi";
import { ConfluenceCluster } from "./confluence-cluster";
import { FlannelCni } from "./flannel-cni";
import { SecondaryNetwork } from "./secondary-network";

type Facade = new (name: string, args: never, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** Each facade by its name, with what of it is told. */
const facades: Readonly<Record<string, { readonly make: Facade; readonly outputs: readonly string[] }>> = {
  FlannelCni: { make: FlannelCni, outputs: ["daemonSet"] },
  SecondaryNetwork: { make: SecondaryNetwork, outputs: ["request"] },
  ConfluenceCluster: { make: ConfluenceCluster, outputs: ["service"] },
};

/** Serves the facades to the engine, for programs in whatever language. */
export class FacadeProvider implements pulumi.provider.Provider {
  /** @param schema what `pulumi package get-schema` prints */
  constructor(
    readonly version: string,
    readonly schema: string,
  ) {}

  /** @throws Error for a type that is none of them. */
  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<pulumi.provider.ConstructResult> {
    const facade = facades[type.replace(/^cni-lab:index:/, "")];
    if (facade === undefined) {
      throw new Error(
        `${type} is none of: ${Object.keys(facades)
          .map((each) => `cni-lab:index:${each}`)
          .join(", ")}`,
      );
    }
    const made = new facade.make(name, inputs as never, options);
    return {
      urn: made.urn,
      state: Object.fromEntries(facade.outputs.map((output) => [output, Reflect.get(made, output)])),
    };
  }
}
