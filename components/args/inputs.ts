import type * as pulumi from "@pulumi/pulumi";

type Leaf = string | number | boolean;

/** The keys that say which of several shapes an object has. What they say decides what there is. */
type Kind = "type" | "by" | "from";

/**
 * `T` as arguments of a component: each of its leaves may be an `Output`, as may a list of leaves. What tells one shape
 * from another (`type`, `by`, `from`) stays plain.
 */
export type Inputs<T> = [T] extends [Leaf | undefined]
  ? pulumi.Input<T>
  : T extends readonly (infer Item extends Leaf)[]
    ? pulumi.Input<readonly pulumi.Input<Item>[]>
    : T extends readonly (infer Item)[]
      ? readonly Inputs<Item>[]
      : T extends object
        ? { [Key in keyof T]: Key extends Kind ? T[Key] : Inputs<T[Key]> }
        : T;
