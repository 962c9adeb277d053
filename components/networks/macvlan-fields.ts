import {
  anything,
  type FieldsOf,
  flag,
  group,
  kinds,
  list,
  number,
  oneOf,
  required,
  ruled,
  text,
} from "../args/fields";
import type { MacvlanSpec } from "./nad";

const routes = list(group({ dst: required(text), gw: text, table: number }));

/** What a network's description may hold. Which plugins may follow macvlan is said by the rules of the chain. */
export const macvlanFields: FieldsOf<MacvlanSpec> = {
  network: required(text),
  master: required(text),
  mode: oneOf("bridge", "private", "vepa", "passthru"),
  mtu: number,
  ipam: required(
    kinds("type", {
      "host-local": { subnet: required(text), rangeStart: text, rangeEnd: text, gateway: text, routes },
      dhcp: {
        request: list(text),
        skipDefault: flag,
        provide: list(group({ option: required(text), value: text, fromArg: text })),
        priority: number,
        routes,
      },
      static: { addresses: list(group({ address: required(text), gateway: text })), routes },
    }),
  ),
  dns: group({ nameservers: list(text), domain: text, search: list(text) }),
  cniVersion: text,
  capabilities: group({ ips: flag, mac: flag }),
  chain: list(
    ruled(
      kinds("type", {
        tuning: {
          sysctl: anything,
          mac: text,
          mtu: number,
          promisc: flag,
          allmulti: flag,
          txQLen: number,
          dataDir: text,
          capabilities: group({ mac: flag }),
        },
        sbr: { table: number },
        vrf: { vrfname: required(text), table: number },
      }),
    ),
  ),
};
