import type { Problem } from "../../lib/user-error";

/** How many nodes are moved side by side: a number of them, or a part of all such as `"10%"`. */
export type AtOnce = number | `${number}%`;

/** What is wrong with such a choice. */
export function atOnceProblems(field: string, atOnce: AtOnce | undefined): Problem[] {
  const isRight =
    atOnce === undefined ||
    (typeof atOnce === "number"
      ? Number.isInteger(atOnce) && atOnce >= 1
      : /^\d{1,3}%$/.test(atOnce) && Number.parseInt(atOnce, 10) >= 1 && Number.parseInt(atOnce, 10) <= 50);
  return isRight
    ? []
    : [
        {
          field,
          value: String(atOnce),
          rule: 'must be a whole number of nodes, at least 1, or a part of them from "1%" to "50%"',
        },
      ];
}

/**
 * How many that is: at least one, and never all, as pods that are moved need nodes that are not. The first node is moved
 * alone, as the last one.
 */
export function sideBySide(atOnce: AtOnce, nodes: number): number {
  const wanted = typeof atOnce === "number" ? atOnce : Math.floor((nodes * Number.parseInt(atOnce, 10)) / 100);
  return Math.max(1, Math.min(wanted, nodes - 1));
}
