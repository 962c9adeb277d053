import type { Lesson } from "../format/lesson";

const n1 = "./lab node -s cni-leftover n1";

export const lesson: Lesson = {
  goal: "You know which file decides a pod's network, and what a CNI leaves on a node when only its objects are deleted.",
  steps: [
    {
      title: "All is green",
      text: "These nodes had Flannel. Somebody has applied Weave and deleted Flannel's objects, and nothing else.",
      run: ["./lab kubectl -s cni-leftover get pods -A -o wide", `${n1} curl -s 127.0.0.1:6784/status`],
      notice:
        "Weave runs, is connected and gives addresses out of 10.32.0.0/12. The pods in cni-lab are younger than Weave's, and have addresses 10.244.x.",
      question: {
        ask: "Flannel's pods are gone, and Weave has never heard of 10.244.0.0/16. Who gave these addresses?",
        hints: [
          "It is not a pod that gives a new pod its address. The container runtime calls a program on the node.",
          "Deleting objects deletes no program on a node.",
        ],
        answer:
          "Flannel's CNI plugin. The runtime still calls it, so for a pod that is made now nothing has changed since Flannel.",
      },
      shownBy: "new-pod-old-network",
    },
    {
      title: "The first file by name",
      text: "The runtime reads this folder, and uses the first file by name. `05-cni-lab.conflist` is the lab's own link, and leads where the runtime would look without it.",
      run: [`${n1} ls -l /etc/cni/net.d`, `${n1} cat /run/flannel/subnet.env`],
      notice:
        "`10-flannel.conflist` sorts before `10-weave.conflist`. The second file says which subnet this node has on Flannel.",
      question: {
        ask: "flanneld is gone. Why do new pods start at all?",
        hints: [
          "Whom does Flannel's plugin have to ask when a pod comes?",
          "flanneld has told it the node's subnet, once, in a file.",
        ],
        answer:
          "Flannel's plugin asks nobody: it reads /run/flannel/subnet.env and calls `bridge`. That hides the bug. Were Weave the one left over, its plugin would ask a router that is gone, and new pods would hang.",
      },
      shownBy: "left-conflist",
    },
    {
      title: "It even works",
      text: "Here is what is left in the kernel, and what of the network works.",
      run: [`${n1} ip route`, "./lab check cni-leftover"],
      notice:
        "The route to the other node's pods still leads to flannel.1, and unicast arrives. Multicast does not leave the node: `multicast-still-lost`.",
      question: {
        ask: "So only multicast is missing. What else will break, and when?",
        hints: [
          "Who would write a route to a node that joins tomorrow?",
          "/run is in memory. What of it is there after a node's restart?",
        ],
        answer:
          "Nobody looks after these routes any more: pods don't reach those of a new node. And a node that restarts has no /run/flannel, so no pod starts on it. The bug waits for the next change.",
      },
      shownBy: "multicast-still-lost",
    },
  ],
  task: {
    ask: "Have Weave carry the pods' traffic, and leave nothing of Flannel on the nodes.",
    hints: [
      "In this order: what the runtime uses, then the pods, then what was left. Pods keep the network that they were made with.",
      "What is left is more than a file: links, routes, iptables chains, folders. ./lab check cni-leftover --expect healthy names each, by its check `node-residue`.",
      "The stack has a value for it: `nodeCleanup`.",
    ],
    answer:
      "./lab fix cni-leftover sets `nodeCleanup: on`, which makes up for what was left out. By hand, on each node: lead 05-cni-lab.conflist to 10-weave.conflist, delete the pods with an address 10.244.x, and then remove all that `node-residue` names.",
  },
  moral:
    "A CNI is a file and a program on each node. Kubernetes' objects bring them there, and nothing takes them away: clean the nodes, then recreate the pods.",
};
