import type { Lesson } from "../format/lesson";

const n1 = "./lab node -s stale-pods n1";
const allPods = "./lab kubectl -s stale-pods get pods -A -o wide";

export const lesson: Lesson = {
  goal: "You know when a pod gets its network, and what of it Kubernetes only remembers.",
  steps: [
    {
      title: "Running, and not Ready",
      text: "These nodes had Flannel and now have Weave. The nodes have been cleaned.",
      run: [allPods],
      notice:
        "The pods of cni-lab and CoreDNS run, have addresses 10.244.x and are not Ready. Weave, kube-proxy and the API server are well.",
      question: {
        ask: "What have the pods that are well in common?",
        hints: ["Look at the column IP.", "Whose addresses are those? And do such pods need a CNI?"],
        answer:
          "They have the node's own network, so no CNI ever gave them one. All others were made on Flannel. Both DNS servers are among those, so names fail for everybody.",
      },
      shownBy: "pod-without-network",
    },
    {
      title: "Look inside",
      text: "Kubernetes shows an address. Ask the pod itself.",
      run: ["./lab kubectl -s stale-pods -n cni-lab exec ds/probe -- ip address"],
      notice: "There is `lo`, and no eth0.",
      question: {
        ask: "Where does the address come from that Kubernetes shows?",
        hints: ["When did anybody look at it last?", "Who would tell the kubelet that a link has gone?"],
        answer:
          "From the day the pod's sandbox was made: the CNI plugin told it then, and it has stood in the pod's status since. It is a memory, and nobody compares it with what is there.",
      },
      shownBy: "pod-without-network",
    },
    {
      title: "The node is well",
      text: "The swap itself may have gone wrong. Look at the node.",
      run: [`${n1} ls /etc/cni/net.d`, `${n1} ip route`, `${n1} curl -s 127.0.0.1:6784/status`],
      notice: "Only Weave's conflist is there, no route to 10.244.0.0/16, and the router is ready.",
      question: {
        ask: "The clean-up works on nodes only. How could it take eth0 from a pod?",
        hints: [
          "eth0 is one end of a cable. Where is the other end?",
          "What happens to one end when the other one is deleted?",
        ],
        answer:
          "eth0 is one end of a veth pair, and the other end was a port of the bridge cni0. The clean-up deleted the bridge with its ports. A pair goes as a whole.",
      },
      shownBy: "node-residue",
    },
    {
      title: "A new pod",
      text: "The check deletes the second probe pod of each node. Its owner makes a new one.",
      run: ["./lab check stale-pods", "./lab kubectl -s stale-pods -n cni-lab get pods -o wide"],
      notice: "`new-pod-works`: the new pods have addresses of Weave's and are Ready. The old ones are as before.",
      question: {
        ask: "A liveness probe would restart the container of an old pod. Would that fix it?",
        hints: ["What is recreated then: the pod, or a part of it?", "To what does a pod's network belong?"],
        answer:
          "No. The network belongs to the pod's sandbox, and a container that is restarted stays in it. Only another pod gets another network.",
      },
      shownBy: "new-pod-works",
    },
  ],
  task: {
    ask: "Give every pod a network that is there.",
    hints: [
      "The CNI is called when a pod comes. So the pod must be recreated.",
      "Who is deleted is recreated by its owner. Don't forget CoreDNS.",
      "The stack has a value for it: `recreatePods`.",
    ],
    answer:
      "./lab fix stale-pods sets `recreatePods: on`. By hand: ./lab kubectl -s stale-pods -n cni-lab delete pods --all, and ./lab kubectl -s stale-pods -n kube-system delete pods -l k8s-app=kube-dns",
  },
  moral:
    "A CNI is called when a pod comes and when it goes, and never in between. After a change of the CNI every pod with an address of the old one must be recreated.",
};
