import type { Lesson } from "../format/lesson";

const n1 = "./lab node -s flannel-wrong-interface n1";

export const lesson: Lesson = {
  goal: "You can find out where an overlay sends its packets, and why Flannel needs to be told its interface on some machines.",
  steps: [
    {
      title: "One hop is too far",
      text: "n1 has the pods 10.244.0.x behind its bridge 10.244.0.1, n2 has 10.244.1.x behind 10.244.1.1. A pod asks both bridges.",
      run: [
        "./lab kubectl -s flannel-wrong-interface -n cni-lab exec daemonset/probe -- sh -c 'for node in 0 1; do ping -c 2 -W 1 10.244.$node.1 || true; done'",
      ],
      notice:
        "The bridge of the pod's own node answers. Instead of the other one's answer comes `Time to live exceeded`.",
      question: {
        ask: "The nodes are on one LAN. What does it mean that a packet's time to live ends between them?",
        hints: [
          "It begins at 64, and each router on the way takes one off.",
          "There are not 64 routers here. How can it pass that many all the same?",
        ],
        answer:
          "It goes in circles: some router has it again and again. A packet that is merely lost sends no such message.",
      },
      shownBy: "overlay-astray",
    },
    {
      title: "What the nodes announce",
      text: "A node on Flannel announces one address, and the others send to it what is for its pods. It stands in an annotation of the node.",
      run: [`${n1} ip -brief address`, "./lab kubectl -s flannel-wrong-interface describe nodes"],
      notice:
        "`flannel.alpha.coreos.com/public-ip` is 10.0.2.15 on both nodes, the address of eth0. `InternalIP` is that of eth1, and differs.",
      question: {
        ask: "Kubernetes uses eth1. Why has Flannel taken eth0?",
        hints: [
          "Kubernetes was told its address.",
          "What tells a program that was told nothing which interface leads to the world?",
        ],
        answer:
          "Flannel takes the interface with the default route. On a Vagrant box that is the NAT to the outside, which every box has for itself, with the same address in each.",
      },
      shownBy: "same-public-ip",
    },
    {
      title: "Where the tunnel leads",
      text: "The forwarding table of flannel.1 says to which address a packet for another node is sent. The kernel says how it would get there.",
      run: [`${n1} bridge fdb show dev flannel.1`, `${n1} ip route get 10.0.2.15`],
      notice: "The entry for n2 leads to 10.0.2.15, and that is `local`: n1 itself.",
      question: {
        ask: "What happens on n1 to a packet that has gone into this tunnel?",
        hints: [
          "Who unpacks what is sent to 10.0.2.15?",
          "Unpacked, it still has the address of a pod of n2. Which route is for that?",
        ],
        answer:
          "n1 unpacks it itself. It is still for a pod of n2, so it is routed to flannel.1, and packed for 10.0.2.15 again. Each round takes one off the time to live.",
      },
      shownBy: "overlay-astray",
    },
    {
      title: "Count the rounds",
      text: "The check sends four pings from each node, and captures on all interfaces of the sender. The tunnel counts as well.",
      run: ["./lab check flannel-wrong-interface", `${n1} ip -statistics link show flannel.1`],
      notice:
        "`overlay-astray`: they go round and round. `ping-on-lan` holds: the LAN is well. The tunnel has carried many times more packets than anybody has sent.",
      question: {
        ask: "All nodes are Ready, and each has a pod subnet of its own. Which quick test would have shown the bug?",
        hints: [
          "Whom does the kubelet ask: pods of its own node, or of others?",
          "Which of what the nodes announce must differ, apart from the subnet?",
        ],
        answer:
          "One ping between pods of two nodes, or a look at whether the announced addresses differ. Nothing compares them by itself, and whatever stays on one node never sees the tunnel.",
      },
      shownBy: "same-public-ip",
    },
  ],
  task: {
    ask: "Have Flannel use the network that the nodes share.",
    hints: [
      "flanneld can be told: `--iface`, `--iface-regex` or `--iface-can-reach`, among the arguments of its DaemonSet.",
      "Or by each node's annotation `flannel.alpha.coreos.com/node-public-ip`, which is read when flanneld starts. `public-ip-overwrite` looks alike, and is no cure here.",
      "The stack has a value for it: `flannelIface`.",
    ],
    answer:
      './lab fix flannel-wrong-interface sets `flannelIface: eth1`. By hand: add --iface=eth1 to the arguments of the container kube-flannel in ./lab kubectl -s flannel-wrong-interface -n kube-flannel edit daemonset kube-flannel-ds. flanneld then says `"flannel.1" already exists with incompatible configuration: vtep (external) interface: 2 vs 3; recreating device` (./lab logs -s flannel-wrong-interface flannel n1), and running pods keep their addresses. The lab\'s page compares all ways.',
  },
  moral:
    "Who chooses an interface by the default route chooses the way to the outside. Where nodes talk by another one, say so: to Kubernetes, and to the CNI.",
};
