import { z } from "zod";

/** One of `allowed`, with a message that lists them. */
export const oneOf = <const T extends readonly [string, ...string[]]>(allowed: T) =>
  z.enum(allowed, { error: `must be one of: ${allowed.join(", ")}` });

/** The name of a network interface as the kernel takes it (IFNAMSIZ: at most 15 characters). */
export const linkName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,15}$/, { error: "must be the name of a network interface, at most 15 characters" });

/** A switch. */
export const onOff = (byDefault: "on" | "off") => oneOf(["on", "off"]).default(byDefault);
