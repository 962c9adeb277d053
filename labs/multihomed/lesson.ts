import type { Lesson } from "../format/lesson";

const kubectl = "./lab kubectl -s multihomed -n cni-lab";

export const lesson: Lesson = {
  goal: "You can tell which program gave a pod which interface, and who cares for its address.",
  steps: [
    {
      title: "Networks as objects",
      text: "Two secondary networks, both by macvlan on the nodes' eth1: one with static addresses, one by DHCP.",
      run: [`${kubectl} get network-attachment-definitions -o yaml`, `${kubectl} get pods -o wide`],
      notice: "A network holds a CNI configuration as text. `get pods` shows eth0's address only.",
      question: {
        ask: "Where does Kubernetes keep a pod's second address?",
        hints: [
          "Its own field has room for the first network.",
          "Look at the annotations: ./lab kubectl -s multihomed -n cni-lab describe pods -l cni-lab/role=static",
        ],
        answer:
          "In an annotation that Multus writes, k8s.v1.cni.cncf.io/network-status. To Kubernetes that is text and nothing else.",
      },
      shownBy: "static-net1",
    },
    {
      title: "Inside a pod",
      text: "The pod itself sees two interfaces like any machine.",
      run: [
        `${kubectl} exec statefulset/static-n1 -- ip -brief address`,
        `${kubectl} exec statefulset/static-n1 -- ip route`,
      ],
      notice: "eth0 is Flannel's, net1 is macvlan's. There are two default routes, and that by net1 stands first.",
      question: {
        ask: "By which interface does a packet to a Service leave?",
        hints: [
          "Of two routes of the same length, which counts?",
          "The one with the lower metric; of two with the same, the one that stands first.",
        ],
        answer:
          "By net1, as long as the kernel takes its gateway for alive. Nobody there knows Services: kube-proxy's rules are on the node, not on the LAN. Here no machine is that gateway, so a first connection fails, and the next one goes by eth0. On a LAN with a router the pod would reach no Service at all. What helps is a network without such a route, or the plugin sbr behind macvlan.",
      },
      shownBy: "cluster-by-eth0",
    },
    {
      title: "From the runtime to Multus to Flannel",
      text: "The runtime knows nothing of several networks: it takes the first file of /etc/cni/net.d.",
      run: [
        "./lab node -s multihomed n1 ls -l /etc/cni/net.d",
        "./lab node -s multihomed n1 jq . /etc/cni/net.d/00-multus.conf",
      ],
      notice: "The first file is Multus'. It names the one behind it, which the lab chose.",
      question: {
        ask: "The CNI is swapped, and Flannel's file goes. What would become of new pods if Multus still named it?",
        hints: ["Multus calls what its file names.", "Without eth0, is there a pod?"],
        answer:
          "None would start: Multus could not call the CNI for eth0. The lab keeps one name, 05-cni-lab.conflist, and changes where it leads.",
      },
      shownBy: "multus-delegate",
    },
    {
      title: "A node and its own pods",
      text: "A node with an address of the pods' second network is one more machine on that LAN. It asks a pod of n2, and then its own.",
      run: [
        "./lab node -s multihomed n1 ip address add 10.10.20.201/24 dev eth1",
        "./lab node -s multihomed n1 ping -c 2 -W 1 10.10.20.12",
        "./lab node -s multihomed n1 ping -c 2 -W 1 10.10.20.11",
        "./lab node -s multihomed n1 ip address del 10.10.20.201/24 dev eth1",
      ],
      notice: "The pod of n2 answers. The node's own pod does not.",
      question: {
        ask: "How can n1 reach its own pod on net1, and leave the pod as it is?",
        hints: [
          "macvlan hands no packet between eth1 and a link that rides on it.",
          "Between two links on top of eth1 it does.",
        ],
        answer:
          "By a macvlan link of its own on eth1, in mode bridge, that has the node's address: ip link add lan0 link eth1 type macvlan mode bridge. That eth1 itself reaches no pod of its node is how macvlan works, and no fault.",
      },
      shownBy: "ping-net1-static",
    },
    {
      title: "Who cares for a lease",
      text: "The dhcp daemon of each node has asked for the address, and renews it. It keeps what it knows in memory.",
      run: ["./lab dhcp -s multihomed leases", "./lab dhcp -s multihomed log"],
      notice: "Every lease has a pod and is renewed: a REQUEST and an ACK each minute.",
      question: {
        ask: "The daemon is restarted, and the pods run on. What becomes of their leases?",
        hints: ["What does the new daemon know?", "Who else would renew them?"],
        answer:
          "Nobody renews them. The pods keep their addresses, the leases run out, and the server gives them to others.",
      },
      shownBy: "lease-care",
    },
  ],
  task: {
    run: [
      "./lab kubectl -s multihomed -n kube-system rollout restart daemonset/cni-dhcp",
      "./lab kubectl -s multihomed -n kube-system rollout status daemonset/cni-dhcp",
    ],
    ask: "The commands restart the dhcp daemon of every node. Look at the leases, and bring it about that every one is cared for again.",
    hints: [
      "./lab dhcp -s multihomed leases says of each where it stands.",
      "The new daemons know only what they have asked for themselves.",
      "They ask when a pod comes.",
    ],
    answer:
      "Recreate the pods, so that the new daemons ask for their addresses: ./lab kubectl -s multihomed -n cni-lab delete pods -l cni-lab/role=leased",
  },
  moral:
    "A second interface is Multus', its plugin's and its daemon's business. Kubernetes shows that the pod runs, and knows no more.",
};
