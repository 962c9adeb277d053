/** One step of a property path: a key, the index of a list, or `*` for every one of them. */
export type Step = string | number;

const steps = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*)\]|([^.[\]]+)/g;

/** The steps of a property path as the engine writes it: `spec.template`, `ports[0].port`, `labels["a.b/c"]`, `env[*].value`. */
export function parsePath(path: string): readonly Step[] {
  return [...path.matchAll(steps)].map(([, quoted, index, every, key]) => {
    if (index !== undefined) return Number(index);
    return quoted?.replace(/\\(.)/g, "$1") ?? every ?? key ?? "";
  });
}

/** The first key of a path. */
export function topLevel(path: string): string {
  return String(parsePath(path)[0] ?? path);
}
