import * as pulumi from "@pulumi/pulumi";

type Annotations = Readonly<Record<string, string>>;

/**
 * The annotations of an object whose readiness is left to whoever looks at it; none where it is waited for.
 *
 * @param left what says so
 */
export function awaitAnnotations(
  skip: pulumi.Input<boolean> | undefined,
  left: Annotations = { "pulumi.com/skipAwait": "true" },
): pulumi.Input<Record<string, string>> | undefined {
  const annotations = pulumi.output(skip).apply((wanted) => (wanted === true ? { ...left } : undefined));
  // The SDKs' types have no Output of nothing; on the wire it is nothing.
  return annotations as pulumi.Output<Record<string, string>>;
}
