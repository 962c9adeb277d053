import type { Lesson } from "../format/lesson";

const kubectl = "./lab kubectl -s confluence -n confluence";

export const lesson: Lesson = {
  goal: "You can follow an application's panic down to the packet that was not carried.",
  steps: [
    {
      title: "What Kubernetes sees",
      text: "Two replicas of Confluence on two nodes share one database. They should be one cluster.",
      run: [`${kubectl} get pods -o wide`, `${kubectl} get events --field-selector reason=Killing`],
      notice: "Both run, both have been restarted, and it goes on.",
      question: {
        ask: "Who restarts them, and what has to happen for that?",
        hints: ["The event names the reason.", "A liveness probe asks the application, and does not like its answer."],
        answer:
          "The kubelet, as the liveness probe fails: a replica that has panicked says so when it is asked for its status. The restart is no cure, so it goes on.",
      },
      shownBy: "restarts",
    },
    {
      title: "Last words",
      text: "The container that was restarted has left its log. Its last lines are the panic.",
      run: [`${kubectl} logs confluence-0 --previous --tail 30`],
      notice: "The database holds a number that this member's cluster has never written.",
      question: {
        ask: "Each run of the safety job writes a new random number into the database and into the cluster's memory. What does another number in the database prove?",
        hints: ["Members of one cluster share that memory.", "So who wrote it is no member of this one's cluster."],
        answer:
          "That somebody writes into the same database who does not share the memory: a second cluster. Going on would harm the data, so the member stops.",
      },
      shownBy: "panic-cause",
    },
    {
      title: "A cluster of one",
      text: "Look again, this time from the database's side: ask twice.",
      run: [
        `${kubectl} exec postgres-0 -- psql -U confluence -c "select * from clustersafety"`,
        `${kubectl} exec postgres-0 -- psql -U confluence -c "select * from clustersafety"`,
      ],
      notice: "The number changes. In each member's log stands `Members {size:1`, and no error near it.",
      question: {
        ask: "Hazelcast looked for others and found none. Why is that no error?",
        hints: ["Somebody must be the first member.", "What does the first one find?"],
        answer:
          "Because it is what the first member of every cluster sees. Who hears nobody takes itself for the first, and a lost packet looks like nobody.",
      },
      shownBy: "member-alone",
    },
    {
      title: "Down to the packet",
      text: "The members call each other by a multicast, and everything after that is TCP. The command follows one call from the application down.",
      run: ["./lab path confluence"],
      notice: "The packet leaves the pod, floods the bridge cni0, and never enters flannel.1.",
      question: {
        ask: "Would a higher TTL help?",
        hints: ["What counts the TTL down?", "Does the packet get to a router at all?"],
        answer:
          "No. The TTL counts routers, and the packet gets to none: Flannel has a forwarding entry for each node, and none for a group. Try it: ./lab up confluence --set multicastTtl=32",
      },
      shownBy: "multicast-stays-on-node",
    },
  ],
  task: {
    ask: "Make the two replicas one cluster, with nobody panicking any more. There are several ways.",
    hints: [
      "Either the network carries multicast, or the members find each other without it.",
      "Weave is one Ethernet over all nodes. Hazelcast can also be given addresses, or ask the API server.",
      "The stack's values: `cni`, `join`, `interface`.",
    ],
    answer:
      "./lab fix confluence sets `cni: weave`. On Flannel, `join=tcpIp`, `join=kubernetes` or `interface=net1` serve too, as in ./lab up confluence --set join=kubernetes. All replicas on one node passes as well, and only hides the bug.",
  },
  moral:
    "A search that finds nobody is silent. Where an application is alone and content, look at how it looked for the others.",
};
