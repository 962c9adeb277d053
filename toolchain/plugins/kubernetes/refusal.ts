import { notSupportedBy } from "../host";

/** Whose refusal it is. */
export const notSupported = notSupportedBy("kubernetes");
