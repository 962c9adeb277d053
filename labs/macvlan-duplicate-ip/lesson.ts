import type { Lesson } from "../format/lesson";

const kubectl = "./lab kubectl -s macvlan-duplicate-ip -n cni-lab";
const show = (node: string) => `${kubectl} exec statefulset/static-${node} -- ip -4 address show dev net1`;

export const lesson: Lesson = {
  goal: "You know why host-local and macvlan over several nodes don't go together, and how to see two pods with one address.",
  steps: [
    {
      title: "All is green",
      text: "One macvlan network over two nodes, and one pod on each. `host-local` gives the addresses out, from one range, as in many an example.",
      run: [`${kubectl} get pods -o wide`, show("n1"), show("n2")],
      notice: "Both pods run and are ready. On net1 they have the same address.",
      question: {
        ask: "Who in Kubernetes could have noticed?",
        hints: ["`get pods` shows eth0's address.", "net1 stands in an annotation. Who compares annotations?"],
        answer:
          "Nobody. Kubernetes knows of eth0 only, and Multus writes each pod's annotation without a look at the others.",
      },
      shownBy: "shared-net1",
    },
    {
      title: "Ask the LAN",
      text: "`arping -D` asks who has an address, as a machine does before it takes it (RFC 5227). It ends with 1 when somebody answers.",
      run: [
        `${kubectl} exec statefulset/static-n1 -- sh -c 'arping -D -c 2 -w 2 -I net1 $(ip -4 -o address show dev net1 | sed "s/.*inet //;s,/.*,,")'`,
      ],
      notice: "Somebody else answers for the pod's own address. The MAC is that of the pod on n2.",
      question: {
        ask: "What does a third machine on the LAN see of this?",
        hints: ["It asks by ARP too, and two answer.", "Which of two answers does it keep?"],
        answer:
          "It talks to the pod whose answer came last, and that changes. Connections break now and then, which is worse to find than something that never works.",
      },
      shownBy: "shared-net1",
    },
    {
      title: "The books",
      text: "host-local writes a file for each address that it has given out, on the node where the pod is.",
      run: [
        "./lab node -s macvlan-duplicate-ip n1 grep -r . /var/lib/cni/networks/macvlan-conf",
        "./lab node -s macvlan-duplicate-ip n2 grep -r . /var/lib/cni/networks/macvlan-conf",
      ],
      notice: "By each node's book, its pod is the only one.",
      question: {
        ask: "Flannel uses host-local as well, on all nodes. Why is it right there?",
        hints: ["Look at how far Flannel's bridge reaches.", "Does every node give out of the same range?"],
        answer:
          "Flannel gives each node a subnet of its own, and its bridge ends at the node. macvlan does not end there: all pods are on one LAN, and the nodes' ranges are the same.",
      },
      shownBy: "shared-net1",
    },
  ],
  task: {
    ask: "Give each pod on net1 an address of its own, in 10.10.20.0/24.",
    hints: [
      "Either somebody names the addresses, or the nodes must not share a range, or one book serves all nodes.",
      "A pod may name its address in the annotation by which it asks for the network.",
      "The stack has a value for it: `macvlanAddresses`.",
    ],
    answer:
      "./lab fix macvlan-duplicate-ip sets `macvlanAddresses: named`. ./lab up macvlan-duplicate-ip --set macvlanAddresses=node-range serves too, as would DHCP or an IPAM with one book.",
  },
  moral: "A book that is kept on each node is right only for a network that ends at the node.",
};
