import type * as pulumi from "@pulumi/pulumi";
import * as facades from ".";

type Facade = new (name: string, args: object, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** Of a schema of Pulumi's packages, what is read here. */
interface Schema {
  readonly resources: Readonly<Record<string, { readonly properties?: object }>>;
}

/** Serves the facades to the engine, for programs in whatever language. */
export class FacadeProvider implements pulumi.provider.Provider {
  private readonly resources: Schema["resources"];

  /** @param schema what `pulumi package get-schema` prints */
  constructor(
    readonly version: string,
    readonly schema: string,
  ) {
    this.resources = (JSON.parse(schema) as Schema).resources;
  }

  /** @throws Error for a type that is none of the schema's. */
  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<pulumi.provider.ConstructResult> {
    const described = this.resources[type];
    const make = Reflect.get(facades, type.split(":").at(-1) ?? "") as Facade | undefined;
    if (described === undefined || make === undefined) {
      throw new Error(`${type} is none of: ${Object.keys(this.resources).join(", ")}`);
    }
    const made = new make(name, inputs, options);
    const outputs = Object.keys(described.properties ?? {});
    return { urn: made.urn, state: Object.fromEntries(outputs.map((output) => [output, Reflect.get(made, output)])) };
  }
}
