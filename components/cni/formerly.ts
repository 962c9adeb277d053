import type * as pulumi from "@pulumi/pulumi";

/** What the labs' stacks call theirs, the only ones that there were before the names of children began with it. */
const labs = "cni";

/**
 * The options of a child of `Cni` that was called otherwise before. Others than the labs' have none: two resources with
 * one former name are an error to the engine.
 *
 * @param cni the name of the `Cni`
 */
export function formerly<Options extends pulumi.ResourceOptions>(cni: string, name: string, opts: Options): Options {
  return cni === labs ? { ...opts, aliases: [{ name }] } : opts;
}
