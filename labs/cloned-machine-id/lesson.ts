import type { Lesson } from "../format/lesson";

const status = (node: string, page = "") =>
  `./lab node -s cloned-machine-id ${node} curl -s 127.0.0.1:6784/status${page}`;
const machineId = (node: string) => `./lab node -s cloned-machine-id ${node} cat /etc/machine-id`;

export const lesson: Lesson = {
  goal: "You know what must be a machine's own when machines are cloned, and how Weave looks when it is not.",
  steps: [
    {
      title: "Pods that wait",
      text: "Two nodes on Weave. The nodes are Ready and Weave's pods run. These pods should run as well.",
      run: ["./lab kubectl -s cloned-machine-id -n cni-lab get pods -o wide"],
      notice: "All hang in ContainerCreating, on both nodes, and none has an address.",
      question: {
        ask: "Kubernetes does not say why. Whom would you ask next?",
        hints: [
          "What does a pod need before its first container starts, and who gives it?",
          "Weave's CNI plugin asks the router on its own node, and that has a page about itself.",
        ],
        answer:
          "The router of a node where a pod waits: http://127.0.0.1:6784/status. Kubernetes knows only that the plugin has not come back yet.",
      },
      shownBy: "pods-wait-for-address",
    },
    {
      title: "Ask the router",
      text: "The first page is about the router itself, the second about its connections.",
      run: [status("n1"), status("n1", "/connections")],
      notice:
        "Addresses are `awaiting consensus`. The connection to the other node has failed: `peer names collision`.",
      question: {
        ask: "The router has a whole network, 10.32.0.0/12, to give addresses out of. Why does it give none while it is alone?",
        hints: [
          "What may the other router be doing meanwhile?",
          "If each of the two began at the first address, what would two pods have in common?",
        ],
        answer:
          "The other one could give out the same addresses. So the routers agree once on who owns which part, by a majority. One of two is none, and it waits.",
      },
      shownBy: "peers-collide",
    },
    {
      title: "Two of one name",
      text: "Each router has a name by which the others know it. Look for `Name` on both nodes.",
      run: [status("n1"), status("n2")],
      notice: "Both have the same name. It has the form of a MAC address.",
      question: {
        ask: "The nodes have different names, addresses and MACs. What may the routers' name be made from, that it is the same?",
        hints: [
          "It must be the same again after a restart, and when a network card is exchanged.",
          "It is something that a machine gets once, in a file, when it is installed.",
        ],
        answer:
          "From /etc/machine-id, and the id that the firmware gives to the machine. Who copies a disk copies the first one. A router that meets its own name elsewhere closes the connection.",
      },
      shownBy: "same-peer-name",
    },
    {
      title: "The file",
      text: "systemd makes this id at the first start of an installed machine. On a clone the first start is long past.",
      run: [machineId("n1"), machineId("n2")],
      notice: "It is the same on both nodes.",
      question: {
        ask: "You write another id on n2, and start its router again. Do the routers connect now?",
        hints: [
          "A router is to have the same name after a restart, whatever else has changed.",
          "The name looks like a MAC address: ./lab node -s cloned-machine-id n2 ip link show weave",
        ],
        answer:
          "No. The name is made from the id once, and then it is the MAC of the node's bridge `weave`: a router that finds the bridge takes its name from there. The bridge must go, too.",
      },
      shownBy: "same-peer-name",
    },
  ],
  task: {
    ask: "Have the routers connect, so that the pods get addresses. The pods need not be recreated: the kubelet tries again by itself.",
    hints: [
      "Each node needs an id of its own. `tr -d - </proc/sys/kernel/random/uuid` prints one.",
      "Then the routers must restart, without the bridge that has the old name. They are the pods of the DaemonSet weave-net in kube-system, and in this lab they take the bridge along when they are deleted.",
      "The stack has a value for it: `machineId`.",
    ],
    answer:
      "./lab fix cloned-machine-id sets `machineId: own`: each node gets an id of its own, all routers go with their bridges, and then they come back. With two nodes another id on one of them is enough, and then ./lab kubectl -s cloned-machine-id -n kube-system delete pods -l app.kubernetes.io/name=weave-net",
  },
  moral:
    "A clone is to have its own machine-id, host name and keys before it starts for the first time. Empty /etc/machine-id in the image, and systemd makes one.",
};
