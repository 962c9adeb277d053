import type { Lesson } from "../format/lesson";

export const lesson: Lesson = {
  goal: "You know how one Ethernet over all nodes differs from a subnet for each.",
  steps: [
    {
      title: "The routers' own view",
      text: "On each node a router of Weave carries frames to the other nodes. It answers questions about itself on port 6784.",
      run: [
        "./lab node -s weave n1 curl -s 127.0.0.1:6784/status",
        "./lab node -s weave n1 curl -s 127.0.0.1:6784/status/connections",
      ],
      notice:
        "Every node is connected with every other. `sleeve` means that packets travel in user space, `fastdp` that the kernel carries them.",
      question: {
        ask: "Why may one want to know whether it is sleeve or fastdp?",
        hints: [
          "How often does a packet cross between kernel and program?",
          "Compare what it costs, not whether it works.",
        ],
        answer:
          "Both work. With sleeve each packet goes through a program on both nodes, which costs time and processor. It is what Weave falls back to without the kernel's Open vSwitch.",
      },
      shownBy: "weave-ready",
    },
    {
      title: "Routes that are not there",
      text: "Compare with Flannel, which has a route to every other node.",
      run: ["./lab node -s weave n1 ip route", "./lab kubectl -s weave -n cni-lab get pods -o wide"],
      notice: "There is one route for all pods, to the bridge `weave`. The nodes have no subnets of their own.",
      question: {
        ask: "How does a frame find the node of its pod without a route?",
        hints: ["How does a switch know behind which port a MAC is?", "Each router hears all frames on its bridge."],
        answer:
          "As in a switch: a router learns from the frames that it hears which MAC is behind which node. A frame to one that it does not know yet goes to all.",
      },
      shownBy: "weave-pods",
    },
    {
      title: "Who gives out the addresses",
      text: "All nodes give addresses out of one range, and no two the same.",
      run: ["./lab node -s weave n1 curl -s 127.0.0.1:6784/status/ipam"],
      notice: "Each node owns a part of the range.",
      question: {
        ask: "A node is taken away for good. What becomes of its part?",
        hints: ["The others don't ask it before they give an address out.", "Nor may they use what is its."],
        answer:
          "It stays that node's, and can't be given out, until an administrator has another take it over. The last line would call it unreachable.",
      },
      shownBy: "weave-ready",
    },
    {
      title: "A frame for all",
      text: "The checks send a multicast to 224.2.2.3, on one node and between nodes.",
      run: ["./lab check weave"],
      notice: "`multicast-across-nodes` holds: pods of other nodes hear it. On Flannel they don't.",
      question: {
        ask: "Why does it work here, without any setting for it?",
        hints: ["What does a switch do with a frame for many?", "Where does the Ethernet of these pods end?"],
        answer:
          "All pods are on one Ethernet. A frame for many goes to every port of it, and the routers carry it to every node.",
      },
      shownBy: "multicast-across-nodes",
    },
  ],
  moral:
    "One flat Ethernet carries what a routed overlay does not, broadcasts included. It is why an application that finds its peers by multicast works here.",
};
