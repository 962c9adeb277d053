import type { Lesson } from "../format/lesson";

const n = (node: string) => `./lab node -s flannel-etcd-same-subnet ${node}`;
const quickTest =
  "ctr --namespace k8s.io run --rm --cni localhost/cni-lab/probe:1 quick-test ip -4 -o address show dev eth0";

export const lesson: Lesson = {
  goal: "You can read what flannel keeps in etcd, and tell from it why two nodes got the same subnet.",
  steps: [
    {
      title: "The quick test",
      text: "Before anything else runs on an overlay: start a container on each of two nodes, and look at their addresses.",
      run: [`${n("n1")} ${quickTest}`, `${n("n2")} ${quickTest}`],
      notice: "Both addresses are of one /16.",
      question: {
        ask: "Each node has 65,534 addresses here. Why must their subnets differ all the same?",
        hints: [
          "How does n1 decide whether a packet is for its own bridge or for the tunnel?",
          "What does n1 do with a packet for a pod of n2, if that has an address of n1's subnet?",
        ],
        answer:
          "A node sends to the bridge what is for its own subnet, and to the tunnel what is for another's. With one subnet on both nothing is ever for another's. Also, each node gives the same addresses out.",
      },
      shownBy: "quick-test-same",
    },
    {
      title: "How flanneld was started",
      text: "It is a service. The unit reads an options file: where etcd is, the folder in it, and further options.",
      run: [
        `${n("n1")} systemctl status --no-pager --lines 0 flanneld`,
        `${n("n1")} cat /etc/default/flanneld`,
        `${n("n1")} cat /run/flannel/subnet.env`,
        `${n("n2")} cat /run/flannel/subnet.env`,
      ],
      notice: "The service runs on both nodes. FLANNEL_SUBNET is the same.",
      question: {
        ask: "Which of the two has made a mistake by its own log, and which says that all is well?",
        hints: ["Look for Allocated and for Found: ./lab logs -s flannel-etcd-same-subnet flanneld"],
        answer:
          "Neither has. The first one says `Allocated lease ... to current node (10.0.2.15)`, the other one `Found lease ... for current IP (10.0.2.15), reusing`; later both find it. A lease that is there for one's own address is taken again: that is how a node keeps its subnet over a restart.",
      },
      shownBy: "flanneld-log-nat",
    },
    {
      title: "What is in etcd",
      text: "Below the key is the config, and one entry for each lease. Its name is the subnet, its value says who has it.",
      run: [`${n("n1")} /opt/flannel/leases`, `${n("n1")} ip -brief address`, `${n("n2")} ip -brief address`],
      notice:
        "The subnet of both nodes is the lease of 10.0.2.15, and both have that address on eth0. Leases of other addresses are from before a break: each ends a day after it was renewed last.",
      question: {
        ask: "Whose tunnel address (VTEP) does the lease hold?",
        hints: ["Compare it with flannel.1 on both nodes.", "Which node has written the lease last?"],
        answer:
          "That of the node that was started last: it has written its own over the first one's. Nobody uses it, as each node takes the lease for its own and makes no way to itself.",
      },
      shownBy: "shared-lease",
    },
    {
      title: "The way that is not there",
      text: "A node makes a route, a neighbour and a forwarding entry for each lease that is not its own.",
      run: [`${n("n1")} ip route`, `${n("n1")} bridge fdb show dev flannel.1`],
      notice: "The subnet of both nodes leads to cni0. Nothing leads to the other node by flannel.1.",
      question: {
        ask: "flannel-wrong-interface has the same nodes and the same flanneld, and there each node has a subnet of its own. Why?",
        hints: ["Who divides the network there?", "What does a node's podCIDR hang on?"],
        answer:
          "There Kubernetes divides it, by the node's name: flannel takes the podCIDR of its node. Only the tunnels lead to the wrong address. Here flannel itself divides it, by the address.",
      },
      shownBy: "own-bridge",
    },
  ],
  task: {
    ask: "Have each node take a lease of its own.",
    hints: [
      "flanneld has to announce an address that only its node has. Which interface has one?",
      "The options file has a place for it. The service must be restarted.",
      "systemctl cat flanneld names that file: /etc/default/flanneld here, /etc/sysconfig/flanneld where Fedora's package made the service. journalctl -f -u flanneld on the node shows what it makes of it.",
      "Pods that have an address of the former subnet must be recreated, and the bridge too.",
    ],
    answer:
      './lab fix flannel-etcd-same-subnet sets `flannelIface: eth1`. By hand, on each node: --iface=eth1 into FLANNEL_OPTIONS in /etc/default/flanneld, systemctl restart flanneld, then delete its pods. The bridge is recreated by what runs after flanneld\'s start. Its log then says `"flannel.1" already exists with incompatible configuration: vtep (external) interface: 2 vs 3; recreating device`, and a lease of its own behind it.',
  },
  moral:
    "What finds its own entry by an address needs an address that is its own. Ask what names a node before you ask why two have the same.",
};
