/** How often a pattern is found in a text, as text; the pattern is global. */
export function countOf(pattern: RegExp): (text: string) => string {
  return (text) => String([...text.matchAll(pattern)].length);
}

/**
 * By how much counters have grown between two outputs of one command, one behind the other: those of the second half
 * against those of the first. The first group of the pattern, which is global, is the counter. `unknown` where the two
 * outputs don't hold the same number of them.
 */
export function growthOf(pattern: RegExp): (text: string) => string {
  return (text) => {
    const counts = [...text.matchAll(pattern)].map(([, count]) => Number(count));
    if (counts.length === 0 || counts.length % 2 === 1) return "unknown";
    const half = counts.length / 2;
    return String(counts.reduce((sum, count, i) => sum + (i < half ? -count : count), 0));
  };
}
