/** From when to when, in ms on any one clock. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is left of a period without some others, in the order of time. */
export function without({ fromMs, toMs }: Period, others: readonly Period[]): Period[] {
  const left: Period[] = [];
  let at = fromMs;
  for (const other of [...others].sort((a, b) => a.fromMs - b.fromMs)) {
    if (other.fromMs > at) {
      left.push({ fromMs: at, toMs: Math.min(other.fromMs, toMs) });
    }
    at = Math.max(at, other.toMs);
    if (at >= toMs) return left;
  }
  return [...left, { fromMs: at, toMs }];
}
