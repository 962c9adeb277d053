import { z } from "zod";
import { parseCidr } from "../lib/cidr";
import { isLinkName } from "../lib/link-name";

/** One of `allowed`, with a message that lists them. */
export const oneOf = <const T extends readonly string[]>(allowed: T) =>
  z.enum(allowed, { error: `must be one of: ${allowed.join(", ")}` });

/** The name of a network interface. */
export const linkName = z
  .string()
  .refine(isLinkName, { error: "must be the name of a network interface, at most 15 characters" });

/** A switch. */
export const onOff = (byDefault: "on" | "off") => oneOf(["on", "off"]).default(byDefault);

/** An IPv4 network with a prefix of at most `longest` bits; `use` is an example of one. */
export const cidr = (longest: number, use: string) =>
  z.string().refine(
    (text) => {
      const network = parseCidr(text);
      return network !== undefined && network.prefix <= longest;
    },
    { error: `must be an IPv4 network with a prefix of at most /${longest}, for example ${use}` },
  );
