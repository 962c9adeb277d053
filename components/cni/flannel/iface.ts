import { z } from "zod";
import { parseAddress } from "../../../lib/cidr";
import { linkName } from "../../../lib/rules";
import type { Problem } from "../../../lib/user-error";
import { hostOnLan } from "../../cluster/lan";
import { annotationProblem } from "../flannel-etcd/service";
import type { FlannelInterface } from "./flanneld";

/** The forms of `flannelIface`; a bare name is that of an interface. */
export const flannelIface = z.string().refine((text) => parseIface(text, "0.0.0.0") !== undefined, {
  error:
    "must be default-route, the name of a network interface (at most 15 characters), regex:REGEX, can-reach or can-reach:ADDRESS, annotation:node-public-ip or annotation:public-ip-overwrite",
});

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
      return linkName.safeParse(text).success ? { by: "name", name: text } : undefined;
  }
}

/** What a valid value of `flannelIface` means on a LAN: without an address, `can-reach` is this machine's there. */
export function ifaceOf(text: string, lanCidr: string): FlannelInterface {
  return parseIface(text, hostOnLan(lanCidr)) ?? { by: "default-route" };
}

/** What is wrong with the way of finding the interface for the CNI that is to use it. */
export function ifaceProblems({
  cni,
  flannelIface: text,
}: {
  readonly cni: string;
  readonly flannelIface: string;
}): Problem[] {
  return cni === "flannel-etcd" && text.startsWith("annotation:") ? [annotationProblem("flannelIface", text)] : [];
}
