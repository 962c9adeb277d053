export { type ChildOptions, Children } from "./children";
export { type Change, compare, same, topLevel } from "./compare";
export { InitFailed, Unsupported } from "./errors";
export type { Log } from "./log";
export * from "./provider";
export { serve } from "./serve";
export * from "./value";
