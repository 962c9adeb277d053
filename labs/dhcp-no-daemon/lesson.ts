import type { Lesson } from "../format/lesson";

const kubectl = "./lab kubectl -s dhcp-no-daemon -n cni-lab";

export const lesson: Lesson = {
  goal: "You know what the dhcp plugin needs beside itself, and how its absence looks.",
  steps: [
    {
      title: "Two kinds of pods",
      text: "Each node has two pods with a second interface on the nodes' own LAN, by macvlan. One kind has a static address there, the other asks for one by DHCP.",
      run: [`${kubectl} get pods -o wide`],
      notice: "The static ones run. The leased ones hang in ContainerCreating, on every node.",
      question: {
        ask: "Both kinds use the same plugin, macvlan, on the same link. What may differ that keeps one kind from starting?",
        hints: [
          "A CNI plugin hands the question of the address to a second plugin.",
          "Compare `ipam` in the two networks: ./lab kubectl -s dhcp-no-daemon -n cni-lab get network-attachment-definitions -o yaml",
        ],
        answer:
          "The plugin that gives the address: `host-local` for the static ones, `dhcp` for the others. The link itself works, as the static pods show.",
      },
      shownBy: "static-net1",
    },
    {
      title: "What Kubernetes knows",
      text: "A pod that can't get its network never starts a container, so it has no log. What the plugin said stands in the pod's events.",
      run: [`${kubectl} describe pods -l cni-lab/role=leased`],
      notice:
        "FailedCreatePodSandBox, again and again: `error dialing DHCP daemon: dial unix /run/cni/dhcp.sock: connect: no such file or directory`.",
      question: {
        ask: "DHCP is spoken in UDP. Why does the plugin dial a unix socket?",
        hints: [
          "Think of how long the plugin runs, and of how long a lease lasts.",
          "Somebody must renew the lease, long after the pod has started.",
        ],
        answer:
          "The plugin runs for a moment when a pod comes, and again when it goes. A lease must be renewed in between. So the plugin leaves DHCP to a daemon on its node, and talks to that by a socket.",
      },
      shownBy: "hangs-without-daemon",
    },
    {
      title: "What is on the node",
      text: "The plugin's message names a file on the node. Look for both halves: the program, and its socket.",
      run: [
        "./lab node -s dhcp-no-daemon n1 ls -l /opt/cni/bin/dhcp",
        "./lab node -s dhcp-no-daemon n1 ls -l /run/cni/dhcp.sock",
      ],
      notice: "The program is there. The socket is not, so nobody listens.",
      question: {
        ask: "With an old socket of a daemon that has died, what would the plugin's message be instead?",
        hints: [
          "The file would be there, so it is not `no such file`.",
          "What does a TCP client hear from a port where nobody listens?",
        ],
        answer: "`connection refused`. It is the same bug with another message, and the checks tell the two apart.",
      },
      shownBy: "hangs-without-daemon",
    },
    {
      title: "Was it the server?",
      text: "A pod that waits for DHCP makes one suspect the DHCP server. Ask it.",
      run: ["./lab dhcp -s dhcp-no-daemon leases", "./lab dhcp -s dhcp-no-daemon log"],
      notice: "There is no lease, and no request in the log: nothing has left the nodes.",
      question: {
        ask: "How would it look if the daemon were there, and the server silent?",
        hints: ["The daemon would ask.", "And it would wait for an answer, instead of failing at once."],
        answer:
          "The log would show a DISCOVER again and again, and no OFFER. The pod's event would come after minutes instead of at once.",
      },
      shownBy: "hangs-without-daemon",
    },
  ],
  task: {
    ask: "Give the nodes what they lack, so that the leased pods start. They need not be recreated: the kubelet tries again by itself.",
    hints: [
      "The daemon is the same program as the plugin: `/opt/cni/bin/dhcp daemon`. It must run on every node.",
      "What runs on every node is a DaemonSet. This one needs the host's network and processes, /run/cni and /run/netns.",
      "The stack has a value for it: `dhcpDaemon`.",
    ],
    answer:
      "./lab fix dhcp-no-daemon sets `dhcpDaemon: auto`, which brings the DaemonSet `cni-dhcp`. Any other way to have the daemon on each node is as good.",
  },
  moral:
    "Neither the CNI plugins, nor Multus, nor Kubernetes starts the dhcp daemon. Who uses `ipam: dhcp` brings it along.",
};
