import type { Lesson } from "../format/lesson";

export const lesson: Lesson = {
  goal: "You know what becomes of a pod's lease when the pod goes, and how to see that it leaks.",
  steps: [
    {
      title: "More leases than pods",
      text: "The pool has six addresses, and two pods use it. The lab has deleted both pods once; they came back at once.",
      run: ["./lab dhcp -s dhcp-lease-leak leases"],
      notice: "Four addresses are taken. Two belong to pods, two are orphans.",
      question: {
        ask: "Each pod came back on its node. Why did it not get its old address again?",
        hints: [
          "What does a DHCP server know a client by?",
          "The server knows neither Kubernetes nor its names. Look at the MAC addresses.",
        ],
        answer:
          "A lease belongs to a MAC, or a client id, and the new pod has others. To the server it is a stranger. The old address is free only when it was given back, or has run out.",
      },
      shownBy: "lease-stays",
    },
    {
      title: "What the server heard",
      text: "A client that leaves gives its address back with a RELEASE.",
      run: ["./lab dhcp -s dhcp-lease-leak log"],
      notice: "DISCOVER, OFFER, REQUEST, ACK. There is no DHCPRELEASE.",
      question: {
        ask: "A RELEASE has no answer. What does that mean for whoever sends one that is lost?",
        hints: ["Which of the other messages has an answer?", "Without an answer, what could it wait for?"],
        answer: "It never learns of it. Nothing tries again, and nothing is logged as an error.",
      },
      shownBy: "lease-stays",
    },
    {
      title: "What the daemon says",
      text: "The dhcp daemon of the node had to send it when the pod went.",
      run: ["./lab logs -s dhcp-lease-leak dhcp"],
      notice: "By its own account it released the address. On the LAN nothing was to be seen.",
      question: {
        ask: "A RELEASE goes to the server by unicast. With which source address does it leave, when the pod's address is bound to the client's raw socket only?",
        hints: ["DHCP begins without any address.", "Would the kernel route a unicast packet from 0.0.0.0?"],
        answer:
          "With 0.0.0.0. The kernel does not route a unicast packet without a source, so it drops it. The release 1.9.1 of the plugins has this bug.",
      },
      shownBy: "lease-stays",
    },
  ],
  task: {
    ask: "Have the address of a pod that goes come back to the pool. The check deletes the leased pods once and looks.",
    hints: [
      "Longer or shorter leases change when it hurts, not that it leaks.",
      "The fix is in the daemon: it makes the packet by hand, as those before it.",
      "The stack has a value for a daemon with that fix: `dhcpRelease`.",
    ],
    answer: "./lab fix dhcp-lease-leak sets `dhcpRelease: on`, a daemon with the fix that came after 1.9.1.",
  },
  moral:
    "What is leaked runs out by itself, so nobody notices while leases are short and pods are few. With leases of a day and a deployment each hour the pool is empty before the evening.",
};
