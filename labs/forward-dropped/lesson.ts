import type { Lesson } from "../format/lesson";

const pods = "./lab kubectl -s forward-dropped -n cni-lab";
const podOfN2 =
  'kubectl --kubeconfig /etc/kubernetes/admin.conf -n cni-lab get pods --field-selector spec.nodeName=n2 -o "jsonpath={.items[0].status.podIP}"';

export const lesson: Lesson = {
  goal: "You can tell a packet that never arrives at a node from one that arrives there and is dropped.",
  steps: [
    {
      title: "As far as the bridge",
      text: "Two nodes on Flannel, n1 with the pods 10.244.0.x and n2 with 10.244.1.x. All pods are Ready. Ask both nodes' bridges from a pod, and then a pod behind the bridge of n2.",
      run: [
        `${pods} get pods -o wide`,
        `${pods} exec daemonset/probe -- ping -c 2 -W 1 10.244.0.1`,
        `${pods} exec daemonset/probe -- ping -c 2 -W 1 10.244.1.1`,
        `./lab node -s forward-dropped n1 sh -c 'ping -c 2 -W 1 $(${podOfN2})'`,
      ],
      notice: "Both bridges answer, one of them from the other node. The pod behind it does not.",
      question: {
        ask: "The packets to the bridge of n2 and to the pod take the same tunnel to the same node. Where do their ways part?",
        hints: [
          "Which of the two addresses is the node's own?",
          "A packet for the node itself passes one chain of iptables, and a packet for somebody behind it another one.",
        ],
        answer:
          "On n2, behind the tunnel. The bridge's address is the node's own, so that packet passes INPUT. The pod's packet is on its way through, and passes FORWARD. So route and tunnel are well.",
      },
      shownBy: "forward-drops",
    },
    {
      title: "The chain",
      text: "This is the chain that a packet passes on its way through a node, with a counter for each rule.",
      run: ["./lab node -s forward-dropped n2 iptables -v -n -L FORWARD"],
      notice:
        "The policy is DROP, and the number behind it has counted packets. What comes in by cni0 is accepted. No rule speaks of flannel.1.",
      question: {
        ask: "n1 has the same chain, and what a pod of n1 sends passes it first. Why is it not dropped there?",
        hints: [
          "By which interface does it come in on n1, and by which on n2?",
          "A packet that is routed passes FORWARD on both nodes: from cni0 to flannel.1, then from flannel.1 to cni0.",
        ],
        answer:
          "On n1 it comes in by cni0, and a rule accepts that, as Docker has one for its own bridge. On n2 it comes in by flannel.1. No rule is left but the policy.",
      },
      shownBy: "forward-drops",
    },
    {
      title: "Both sides of the drop",
      text: "A counter proves little by itself. The check looks at both sides of the chain while it sends eight pings.",
      run: ["./lab check forward-dropped"],
      notice: "`forward-drops` sees the pings come in on flannel.1, none go out to cni0, and the policy count them.",
      question: {
        ask: "You have n2 accept what flannel.1 brings, and leave n1 as it is. Which pings between the nodes are answered?",
        hints: [
          "A ping to a pod of n2 has its answer dropped by n1, or has it not?",
          "kube-proxy has a rule for packets of connections that are known.",
        ],
        answer:
          "Those to pods of n2. The answer comes in on n1 by flannel.1 as well, but it belongs to a connection that n1 has seen begin, and kube-proxy's rule lets it in. Pings to pods of n1 are still lost.",
      },
      shownBy: "forward-drops",
    },
  ],
  task: {
    ask: "Have pods of all nodes reach each other. The policy may stay as it is.",
    hints: [
      "A rule that names both interfaces lets in no more than it must. It is needed on every node.",
      "Flannel can keep such rules itself: somebody has told it not to.",
      "The stack's values: `forwardRules`, `forwardPolicy`.",
    ],
    answer:
      "./lab node -s forward-dropped n1 iptables -A FORWARD -i flannel.1 -o cni0 -j ACCEPT, and the same on n2. ./lab fix forward-dropped sets `forwardRules: by-hand`, which keeps that rule over a restart of the node. ./lab up forward-dropped --set forwardRules=flannel or --set forwardPolicy=accept serves too. On a machine with firewalld the rule survives as a line of /etc/firewalld/direct.xml, which the lab's page has.",
  },
  moral:
    "Ask the node first, then who is behind it. Where only the first one answers, look at what is forwarded, and at the counters of the chain's policy.",
};
