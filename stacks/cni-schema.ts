import { z } from "zod";
import { type CniValues, cniSettings } from "../components/cni/registry";
import type { Setting } from "../components/cni/setting";
import { cidr, oneOf } from "./rules";

/** The keys of all CNIs, with the rules and the defaults that they have there. */
export const cniConfig = Object.fromEntries(
  Object.entries<Setting>(cniSettings).map(([key, setting]) => [key, ruleOf(setting).describe(setting.describe)]),
) as unknown as { readonly [Key in keyof CniValues]: z.ZodType<CniValues[Key]> };

function ruleOf(setting: Setting): z.ZodType {
  switch (setting.is) {
    case "choice":
      return oneOf(setting.of).default(setting.default);
    case "network":
      return cidr(setting.longest, setting.default).default(setting.default);
    case "number":
      return wholeNumber(setting.from, setting.to).optional();
    case "text": {
      const text = z.string().refine(setting.allows, { error: setting.rule });
      return setting.default === undefined ? text.optional() : text.default(setting.default);
    }
  }
}

function wholeNumber(from: number, to: number) {
  return z
    .string()
    .refine((text) => /^(0|[1-9]\d*)$/.test(text) && Number(text) >= from && Number(text) <= to, {
      error: `must be a whole number from ${from} to ${to}`,
    })
    .transform(Number);
}
