import type { Lesson } from "../format/lesson";

export const lesson: Lesson = {
  goal: "You can follow a packet from a pod on one node to a pod on another, and find where it stops.",
  steps: [
    {
      title: "A subnet for each node",
      text: "Flannel gives every node a part of 10.244.0.0/16. That is the quick test of any overlay: does every node have a pod subnet of its own?",
      run: [
        "./lab node -s flannel n1 cat /run/flannel/subnet.env",
        "./lab node -s flannel n2 cat /run/flannel/subnet.env",
        "./lab kubectl -s flannel -n cni-lab get pods -o wide",
      ],
      notice: "FLANNEL_SUBNET differs, and each pod's address lies in its node's subnet.",
      question: {
        ask: "What would happen to a packet from n1 to n2 if both had the same subnet?",
        hints: ["Where does n1 send a packet to an address of its own subnet?", "It would never look for n2."],
        answer:
          "n1 would take the address for one of its own pods and look for it on its own bridge. The packet would never leave the node.",
      },
      shownBy: "pod-subnets",
    },
    {
      title: "The way out of the node",
      text: "A packet to a pod elsewhere meets a route first, then a tunnel.",
      run: [
        "./lab node -s flannel n1 ip route",
        "./lab node -s flannel n1 ip -d link show flannel.1",
        "./lab node -s flannel n1 bridge fdb show dev flannel.1",
      ],
      notice:
        "One route for each other node, all by flannel.1. The last command shows to which address on the LAN each is sent.",
      question: {
        ask: "What tells flannel.1 to which node it must send a packet?",
        hints: [
          "The route has a next hop, 10.244.1.0. It has a MAC address.",
          "The forwarding table says behind which LAN address that MAC is.",
        ],
        answer:
          "Three things that flanneld writes for each other node: the route, the MAC of its next hop, and the entry that says behind which LAN address that MAC is. Nothing is learned, and nothing is asked.",
      },
      shownBy: "ping-across-nodes",
    },
    {
      title: "What does not get through",
      text: "The checks send a multicast to 224.2.2.3, on one node and between nodes.",
      run: ["./lab check flannel"],
      notice:
        "`multicast-same-node` arrives, `multicast-stays-on-node` hears nothing. Unicast between the same pods works.",
      question: {
        ask: "Where exactly does the multicast end?",
        hints: [
          "On one node it arrives, so the bridge carries it.",
          "Is there a route, and an entry of the forwarding table, for 224.2.2.3?",
        ],
        answer:
          "Between cni0 and flannel.1. The bridge gives it to all of its pods. Beyond, there are entries for unicast to each node only, so nobody carries it on.",
      },
      shownBy: "multicast-stays-on-node",
    },
  ],
  task: {
    run: ["./lab node -s flannel n2 ip link set flannel.1 down"],
    ask: "The command takes the tunnel of n2 down, by hand. See which checks notice, and fix it, so that pods of all nodes reach each other again.",
    hints: [
      "./lab check flannel names the link. Is it enough to set it up again?",
      "A link that goes down loses its routes: ./lab node -s flannel n2 ip route",
      "flanneld writes them when it starts.",
    ],
    answer:
      "./lab node -s flannel n2 ip link set flannel.1 up, and then restart Flannel, which sets the routes: ./lab kubectl -s flannel -n kube-flannel rollout restart daemonset/kube-flannel-ds",
  },
  moral:
    "Route, neighbour, forwarding entry, tunnel, interface: look at each in turn. Nodes that are Ready say nothing about the network between them.",
};
