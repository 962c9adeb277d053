import type { Lesson } from "../format/lesson";

const kubectl = "./lab kubectl -s dhcp-bad-routes -n cni-lab";

export const lesson: Lesson = {
  goal: "You can tell a pod that got no address from one that could not use what came with it.",
  steps: [
    {
      title: "The pod hangs, and the daemon runs",
      text: "The leased pods ask for an address by DHCP. This time the dhcp daemon is on every node, and the server answers.",
      run: [`${kubectl} get pods -o wide`, `${kubectl} describe pods -l cni-lab/role=leased`],
      notice:
        "The event says `failed to add route '{10.77.0.0 ffff0000} via 192.168.77.1 ...': network is unreachable`.",
      question: {
        ask: "How far did the plugin get: did it have an address when it failed?",
        hints: ["A route is the last thing that it sets.", "Before it, it needs an interface with an address."],
        answer:
          "It had one. It asked, was answered, set the address on net1, and failed at a route that came with the answer. Then it gave all of it back.",
      },
      shownBy: "hangs-for-route",
    },
    {
      title: "Why the kernel refuses",
      text: "net1 is in 192.168.0.0/24. The mask ffff0000 in the message is /16.",
      run: [`${kubectl} describe pods -l cni-lab/role=leased`],
      notice: "The next hop, 192.168.77.1, is on none of the pod's networks.",
      question: {
        ask: "Why is a next hop that can be reached by another route not good enough?",
        hints: [
          "What does the kernel do with the next hop's address? It does not write it into the packet.",
          "It asks for its MAC, by ARP.",
        ],
        answer:
          "A next hop must be a neighbour: the kernel needs its MAC address to put the packet into a frame. By way of a further router there is none, so the kernel refuses the route.",
      },
      shownBy: "hangs-for-route",
    },
    {
      title: "Where the route came from",
      text: "The event names the route, and not who sent it. The server's log has the other half.",
      run: ["./lab dhcp -s dhcp-bad-routes log"],
      notice: "`requested options: 3:router, 1:netmask`, and then `sent size: 7 option:121`.",
      question: {
        ask: "The client asked for options 1 and 3. What does it do with an option 121 that it did not ask for?",
        hints: ["121 is a list of classless routes (RFC 3442).", "The RFC says what then becomes of option 3."],
        answer: "It uses it, and ignores option 3. So a server without 121 for everybody else may have it for you.",
      },
      shownBy: "hangs-for-route",
    },
    {
      title: "What the check says",
      text: "The lab's check reads the seven bytes of the option and puts both halves together.",
      run: ["./lab check dhcp-bad-routes"],
      notice: "It names the route, the option that carried it, and the server.",
      question: {
        ask: "A usual DHCP client logs such a route and goes on. Why does the plugin not?",
        hints: [
          "A plugin's answer to the runtime is one for the whole network.",
          "There is no such answer as: all but a route.",
        ],
        answer:
          "A CNI plugin answers for the whole network: done, or failed. It can't report a route that lacks, so it makes it an error, and the pod gets nothing.",
      },
      shownBy: "hangs-for-route",
    },
  ],
  task: {
    ask: "Have the leased pods start, with an address of the server.",
    hints: [
      "The plugin has no filter for routes: what the server sends is set.",
      "So the cure is at the server.",
      "The stack has a value for what the server does wrong: `dhcpFault`.",
    ],
    answer: "./lab fix dhcp-bad-routes sets `dhcpFault: none`: the server sends no option 121 any more.",
  },
  moral: "A pod that waits for DHCP may have been answered. Read what was sent, not only whether.",
};
