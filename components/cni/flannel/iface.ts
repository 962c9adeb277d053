import { parseAddress } from "../../../lib/cidr";
import { isLinkName } from "../../../lib/link-name";
import { hostOnLan } from "../../cluster/lan";
import type { FlannelInterface } from "./flanneld";

/** Whether a text is a value of `flannelIface`; a bare name is that of an interface. */
export function isIface(text: string): boolean {
  return parseIface(text, "0.0.0.0") !== undefined;
}

/** What such a value is. */
export const ifaceRule =
  "must be default-route, the name of a network interface (at most 15 characters), regex:REGEX, can-reach or can-reach:ADDRESS, annotation:node-public-ip or annotation:public-ip-overwrite";

/**
 * Reads a value of `flannelIface`; undefined when it is none.
 *
 * @param host the address that `can-reach` means where it names none
 */
function parseIface(text: string, host: string): FlannelInterface | undefined {
  const [, kind = text, detail] = /^([a-z-]+):(.*)$/s.exec(text) ?? [];
  switch (kind) {
    case "default-route":
      return detail === undefined ? { by: "default-route" } : undefined;
    case "regex":
      return detail !== undefined && /^\S+$/.test(detail) ? { by: "regex", regex: detail } : undefined;
    case "can-reach":
      if (detail === undefined) return { by: "can-reach", address: host };
      return parseAddress(detail) === undefined ? undefined : { by: "can-reach", address: detail };
    case "annotation":
      return detail === "node-public-ip" || detail === "public-ip-overwrite"
        ? { by: "annotation", annotation: detail }
        : undefined;
    default:
      return isLinkName(text) ? { by: "name", name: text } : undefined;
  }
}

/** What a valid value of `flannelIface` means on a LAN: without an address, `can-reach` is this machine's there. */
export function ifaceOf(text: string, lanCidr: string): FlannelInterface {
  return parseIface(text, hostOnLan(lanCidr)) ?? { by: "default-route" };
}
