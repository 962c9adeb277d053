import { describe, expect, it } from "vitest";
import { astrayByRoutes, podsLookedAt } from "../../labs/checks/routes";

const listed = [
  "cni-lab       u-halves   10.244.1.9    <none>",
  "cni-lab       probe-x    10.244.0.2    <none>",
  "kube-system   proxy      172.28.7.12   true",
  "10.96.0.1",
  "None",
  "10.96.0.10",
].join("\n");
const own = [
  "default via 10.244.1.1 dev eth0 ",
  "10.244.0.0/16 via 10.244.1.1 dev eth0 ",
  "10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.9 ",
];
const seen = (routes: readonly string[], address = "10.244.1.9") =>
  [
    listed,
    "netns cni-0caf",
    `2: eth0    inet ${address}/24 brd 10.244.1.255 scope global eth0\\       valid_lft forever`,
    ...routes,
    "netns cni-gone",
  ].join("\n");

describe("astrayByRoutes", () => {
  it.each<[string, readonly string[], string]>([
    ["eth0 alone", own, "none"],
    [
      "a second network without routes",
      [...own, "10.10.41.0/24 dev net1 proto kernel scope link src 10.10.41.10"],
      "none",
    ],
    [
      "both halves of the default route",
      ["0.0.0.0/1 via 10.10.41.1 dev net1 ", ...own, "128.0.0.0/1 via 10.10.41.1 dev net1 "],
      "cni-lab/u-halves (10.96.0.1, a Service, by net1)",
    ],
    // The half that holds no Service.
    ["the other half alone", [...own, "128.0.0.0/1 via 10.10.41.1 dev net1 "], "none"],
    [
      "a default route of net1's, which the kernel lists first",
      ["default via 10.10.41.1 dev net1 ", ...own],
      "cni-lab/u-halves (10.96.0.1, a Service, by net1)",
    ],
    ["the same behind eth0's", [...own, "default via 10.10.41.1 dev net1 "], "none"],
    [
      "a part of the Services",
      [...own, "10.96.0.10 via 10.10.41.1 dev net1 "],
      "cni-lab/u-halves (10.96.0.10, a Service, by net1)",
    ],
    [
      "pods of another node",
      [...own, "10.244.0.0/24 via 10.10.41.1 dev net1 "],
      "cni-lab/u-halves (10.244.0.2, a pod, by net1)",
    ],
    // Pods on their node's own network are reached on the LAN by whatever is on it.
    ["a node", [...own, "172.28.7.0/24 dev net1 proto kernel scope link src 172.28.7.200 "], "none"],
    ["nothing", ["RTNETLINK answers: no such device"], "none"],
  ])("%s", (_, routes, found) => {
    expect(astrayByRoutes(seen(routes))).toBe(found);
  });

  it("passes over pods that are not in the list", () => {
    const text = seen(["default via 10.10.41.1 dev net1 ", ...own], "10.244.1.8");
    expect(astrayByRoutes(text)).toBe("none");
    expect(podsLookedAt(text)).toBe("0");
    expect(podsLookedAt(seen(own))).toBe("1");
  });
});
