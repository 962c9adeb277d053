export { type ChildOptions, Children } from "./children";
export { type Change, compare, same } from "./compare";
export { InitFailed } from "./errors";
export type { Log } from "./log";
export { parsePath, type Step, topLevel } from "./path";
export * from "./provider";
export { notSupportedBy, Unsupported, wayToOfficial } from "./refusal";
export { serve } from "./serve";
export * from "./value";
