/** The seed of this run: the environment's CNI_LAB_SEED, or another one each time. */
export function seedOfRun(given = process.env.CNI_LAB_SEED): number {
  return given === undefined || given === "" ? Math.floor(Math.random() * 1_000_000) : Number(given);
}

/** Numbers from 0 up to 1 that a seed decides (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher and Yates' shuffle, of a copy. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}
