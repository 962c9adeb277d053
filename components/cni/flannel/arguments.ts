import { parseAddress } from "../../../lib/cidr";
import { isLinkName } from "../../../lib/link-name";
import type { Problem } from "../../../lib/user-error";
import { kinds, number, oneOf, required, text } from "../../args/fields";
import { networkProblems, wholeNumberProblems } from "../../args/rules";
import type { FlannelBackend, FlannelInterface } from "./flanneld";

/** The shapes of a backend, and of a way to find the interface. */
export const backendField = kinds("type", { vxlan: { vni: number, port: number }, "host-gw": {} });
export const ifaceField = kinds("by", {
  "default-route": {},
  name: { name: required(text) },
  regex: { regex: required(text) },
  "can-reach": { address: required(text) },
  annotation: { annotation: required(oneOf("node-public-ip", "public-ip-overwrite")) },
});

interface FlannelValues {
  readonly network?: string;
  readonly backend?: FlannelBackend;
  readonly iface?: FlannelInterface;
}

/** What is wrong with Flannel's arguments, all at once. */
export function flannelProblems({ network, backend, iface }: FlannelValues): Problem[] {
  return [...networkProblems("network", network), ...backendProblems(backend), ...ifaceProblems(iface)];
}

function backendProblems(backend: FlannelBackend | undefined): Problem[] {
  return backend?.type === "vxlan"
    ? [
        ...wholeNumberProblems("backend.vni", backend.vni, 1, 2 ** 24 - 1),
        ...wholeNumberProblems("backend.port", backend.port, 1, 65_535),
      ]
    : [];
}

/** What is wrong with a way to find the interface. */
export function ifaceProblems(iface: FlannelInterface | undefined): Problem[] {
  const refuse = (field: string, value: string, ok: boolean, rule: string) =>
    ok ? [] : [{ field: `iface.${field}`, value, rule }];
  switch (iface?.by) {
    case "name": {
      const ok = isLinkName(iface.name) || parseAddress(iface.name) !== undefined;
      return refuse(
        "name",
        iface.name,
        ok,
        "must be the name of a network interface, at most 15 characters, or its address",
      );
    }
    case "regex":
      return refuse("regex", iface.regex, /^\S+$/.test(iface.regex), "must be a regular expression without spaces");
    case "can-reach":
      return refuse("address", iface.address, parseAddress(iface.address) !== undefined, "must be an IPv4 address");
    default:
      return [];
  }
}
