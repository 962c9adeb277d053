import * as pulumi from "@pulumi/pulumi";
import { describeProblem, type Problem } from "../../lib/user-error";
import { dataOf, type FieldMap, type FieldsOf, holdsLater, shapeProblems } from "./fields";
import { shown } from "./shown";

/** A component's arguments as its record in the state shows them: no secrets, no functions, no resources. */
export function recorded<Args extends object>(args: Args, fields: FieldsOf<Args> & FieldMap): pulumi.Inputs {
  return { ...dataOf(args, fields) };
}

/** A component's arguments once they are checked. */
export interface Taken<Args> {
  /** The options of each child. */
  readonly own: pulumi.CustomResourceOptions;
  /** The arguments that are data, all of them plain: for what can only be made of right ones. */
  readonly values: pulumi.Output<pulumi.Unwrap<Args>>;
}

/**
 * Checks a component's arguments. What is plain is checked at once. Where there is an Output, all are checked as soon as
 * they are known, and no child is made before that.
 *
 * Children depend on what the component depends on, go with what it goes with, and stay where it stays: the engine deletes in the order of
 * what it has recorded, and records for a component's children nothing of the component's own.
 *
 * @param problemsOf what is wrong with the arguments, all of them plain by then
 * @throws pulumi.ResourceError with all that is wrong, before any child is made
 */
export function takeArgs<Args extends object>(
  component: pulumi.ComponentResource,
  args: Args,
  fields: FieldsOf<Args> & FieldMap,
  opts: pulumi.ComponentResourceOptions = {},
  problemsOf: (args: pulumi.Unwrap<Args>) => readonly Problem[] = () => [],
): Taken<Args> {
  rejectArgs(shapeProblems(args, fields), component);
  const data = dataOf(args, fields);
  const { dependsOn = [], deletedWith, retainOnDelete } = opts;
  const own = pulumi.mergeOptions({ parent: component, deletedWith, retainOnDelete }, { dependsOn });
  if (!holdsLater(data)) {
    const plain = args as pulumi.Unwrap<Args>;
    rejectArgs(problemsOf(plain), component);
    return { own, values: pulumi.output(data) as pulumi.Output<pulumi.Unwrap<Args>> };
  }
  const values = pulumi.output(data).apply(async (known) => {
    const wrong = shapeProblems(known, fields, true);
    const problems = wrong.length > 0 ? wrong : problemsOf({ ...args, ...known } as pulumi.Unwrap<Args>);
    if (problems.length > 0) {
      // Not an error of the resource: Pulumi ends before it has shown such a one.
      const urn = await new Promise<string>((done) => component.urn.apply(done));
      throw shown(new pulumi.RunError(`${urn.split("::").at(-1)}: ${textOf(problems)}`));
    }
    return known as pulumi.Unwrap<Args>;
  }) as pulumi.Output<pulumi.Unwrap<Args>>;
  return { own: pulumi.mergeOptions(own, { dependsOn: values.apply((): pulumi.Resource[] => []) }), values };
}

/** The same options, for a child that depends on more. */
export function after(
  opts: pulumi.CustomResourceOptions,
  ...resources: readonly pulumi.Resource[]
): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, { dependsOn: [...resources] });
}

/** @throws pulumi.ResourceError with the problems, where there are any */
function rejectArgs(problems: readonly Problem[], component: pulumi.Resource): void {
  if (problems.length > 0) {
    throw shown(new pulumi.ResourceError(textOf(problems), component, true));
  }
}

const textOf = (problems: readonly Problem[]) => problems.map(describeProblem).join("\n");
