/** A Go release as numbers, from `go1.26.8`, `1.24.11` or `go1.25.0 X:...`; undefined for development builds. */
export function parseGoVersion(text: string): readonly number[] | undefined {
  const found = /^(?:go)?(\d+)\.(\d+)(?:\.(\d+))?(?=\s|$)/.exec(text.trim());
  return found?.slice(1).map((part) => Number(part ?? 0));
}

/** Whether release `version` is `wanted` or newer. */
export function isGoAtLeast(version: readonly number[], wanted: readonly number[]): boolean {
  for (let index = 0; index < Math.max(version.length, wanted.length); index += 1) {
    const difference = (version[index] ?? 0) - (wanted[index] ?? 0);
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}
