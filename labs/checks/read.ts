import ipaddr from "ipaddr.js";

/** The network that an address with its prefix lies in: `10.244.1.5/24` is in `10.244.1.0/24`. Other text stays as it is. */
export function networkOf(text: string): string {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return text;
  return `${ipaddr.IPv4.networkAddressFromCIDR(text)}/${text.split("/")[1]}`;
}

/** The distinct values of a field in a text of JSON objects, one a line, sorted and joined by commas. */
export function distinctField(field: string): (text: string) => string {
  return (text) => {
    const values = text.split("\n").flatMap((line) => {
      const value = fieldOf(line, field);
      return value === undefined ? [] : [value];
    });
    return [...new Set(values)].sort().join(",");
  };
}

function fieldOf(line: string, field: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || !Object.hasOwn(parsed, field)) return undefined;
    return String((parsed as Record<string, unknown>)[field]);
  } catch {
    return undefined;
  }
}
