import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { arrivalScript } from "../../components/cni/swap/arrival-script";
import { handoverDelete } from "../../components/cni/swap/handover-script";

/** The real scripts with a real folder of conflists; kubectl is a stand-in that recreates what is deleted. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cni-lab-handover-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface PodPlan {
  readonly name: string;
  readonly node?: string;
  readonly ip?: string;
  readonly owner?: "DaemonSet" | "ReplicaSet" | "StatefulSet";
  readonly ready?: boolean;
  readonly cutOff?: boolean;
}

function podOf({ name, node = "n2", ip = "10.244.1.5", owner, ready = true, cutOff = false }: PodPlan) {
  const ownerReferences = owner === undefined ? [] : [{ kind: owner, uid: `${name.split("-")[0]}`, controller: true }];
  const annotations = cutOff ? { "cni-lab/cut-off": "flannel" } : {};
  return {
    kind: "Pod",
    metadata: { namespace: "a", name, uid: `${name}-uid`, ownerReferences, annotations },
    spec: { nodeName: node },
    status: { phase: "Running", podIP: ip, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

/** Weave's own pods: those that its DaemonSet is to be ready by. */
const routers = [1, 2, 3].map((n) => {
  const pod = podOf({ name: `weave-${n}`, node: `n${n}`, ip: `172.28.1.1${n}`, owner: "DaemonSet" });
  return { ...pod, spec: { ...pod.spec, hostNetwork: true } };
});

interface Scene {
  readonly desired?: string;
  readonly pods?: readonly PodPlan[];
  readonly conflists?: Readonly<Record<string, string>>;
  /** Whether what replaces a pod becomes Ready. */
  readonly mends?: boolean;
  /** Whether anything replaces a pod. */
  readonly recreates?: boolean;
  /** How often a disruption budget forbids an eviction, from the first one on. @default never */
  readonly forbidden?: number;
  /** What becomes of pods when the first eviction is forbidden, as jq. @default nothing */
  readonly meanwhile?: string;
  readonly cordoned?: "by hand" | "by a swap";
  /** Whether the node has joined, and become Ready; where it only has by "soon", the second look finds it. */
  readonly takesPods?: "yes" | "not Ready" | "not joined" | "soon";
  /** What the cluster says besides the CNI that it is to have. */
  readonly undone?: Readonly<Record<string, string>>;
  /** A DaemonSet of Flannel's that the cluster had before the lab. @default there is none */
  readonly found?: { readonly namespace: string; readonly name: string };
  /** What the node's kube-proxy sends to, and the connections that its kernel knows, a line each. */
  readonly proxied?: readonly string[];
  readonly connections?: readonly string[];
}

/** Disruption budgets, of which one allows nothing. */
const budgets = [
  { metadata: { name: "web" }, status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 } },
  { metadata: { name: "other" }, status: { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 } },
];

/** A Service with one endpoint. */
const service = { kind: "Service", spec: { clusterIPs: ["10.96.0.9"] } };
const endpointSlice = { kind: "EndpointSlice", endpoints: [{ addresses: ["10.40.0.1"] }] };

const proxyRules = (endpoint: string, i: number) => [
  `-A KUBE-SVC-A -m comment --comment "a/web -> ${endpoint}:80" -j KUBE-SEP-${i}`,
  `-A KUBE-SEP-${i} -p tcp -m tcp -j DNAT --to-destination ${endpoint}:80`,
];

const connection = (state: string, asked: string, answers: string) =>
  `tcp 6 117 ${state} src=172.28.1.12 dst=${asked} sport=4000 dport=80 src=${answers} dst=172.28.1.12 sport=80 dport=4000 mark=0 use=1`;

const both = { "10-flannel.conflist": "cbr0", "10-weave.conflist": "weave" };

/** Runs a script on n2, from flannel on or for it; gives its end, its words, the calls that change something, and what is left. */
async function run(
  text: string,
  {
    desired = "weave",
    pods = [],
    conflists = both,
    mends = true,
    recreates = true,
    forbidden = 0,
    meanwhile = ".",
    cordoned,
    takesPods = "yes",
    undone = {},
    found,
    proxied = [],
    connections = [],
  }: Scene,
  ...words: readonly string[]
) {
  const file = (name: string) => join(folder, name);
  writeFileSync(file("pods"), JSON.stringify({ items: [...routers, ...pods.map(podOf)] }));
  const annotations = cordoned === "by a swap" ? { "cni-lab/cordoned": "swap" } : {};
  const joined = { metadata: { annotations }, spec: cordoned === undefined ? {} : { unschedulable: true } };
  const tainted = {
    spec: { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }] },
    status: { conditions: [{ type: "Ready", status: "False", message: "cni plugin not initialized" }] },
  };
  const looks = { yes: [joined], "not Ready": [tainted], "not joined": [], soon: [tainted, joined] }[takesPods];
  writeFileSync(file("node"), looks.at(-1) === undefined ? "" : JSON.stringify(looks.at(-1)));
  if (looks.length > 1) writeFileSync(file("node-first"), JSON.stringify(looks[0]));
  const weave = {
    uid: "weave",
    labels: { "cni-lab/cni": "weave" },
    annotations: { "cni-lab/network": "10.32.0.0/12", "cni-lab/conflist": "10-weave.conflist" },
  };
  const wish = { namespace: "kube-system", name: "cni-lab-cni" };
  writeFileSync(
    file("others"),
    JSON.stringify({
      items: [
        { kind: "ConfigMap", metadata: wish, data: { cni: desired, ...undone } },
        { kind: "DaemonSet", metadata: weave },
        ...(found === undefined ? [] : [{ kind: "DaemonSet", metadata: found }]),
      ],
    }),
  );
  writeFileSync(
    file("kubectl"),
    `#!/bin/sh
shift 4
recreate() {
    first=$(ls /etc/cni/net.d | head -n 1)
    ip=10.244.1.9
    [ "$(jq -r .name "/etc/cni/net.d/$first")" != weave ] || ip=10.40.0.9
    jq --arg words "$*" --arg ip $ip '.items |= map(if .metadata.name | IN($words | split(" ")[]) | not then .
      elif ${recreates ? "false" : "true"} then empty else
      .metadata.uid = "new" | .metadata.annotations = {} | .status.podIP = $ip
      | .status.conditions[0].status = "${mends ? "True" : "False"}" end)' ${file("pods")} >${file("new")} &&
      mv ${file("new")} ${file("pods")}
}
case "$*" in get* | wait*) ;; *) echo "$*" >>${file("calls")} ;; esac
case "$*" in
  "get configmaps,daemonsets,pods"*) jq -s '{ items: map(.items) | add }' ${file("others")} ${file("pods")} ;;
  "get services,endpointslices"*) echo '${JSON.stringify({ items: [service, endpointSlice] })}' ;;
  "get pods"*) cat ${file("pods")} ;;
  "get node"*) if [ -e ${file("node-first")} ]; then cat ${file("node-first")} && rm ${file("node-first")}; else cat ${file("node")}; fi ;;
  "patch node"*) jq --argjson patch "$7" '. * $patch' ${file("node")} >${file("new")} && mv ${file("new")} ${file("node")} ;;
  "delete pod"*) recreate "$*" ;;
  "get poddisruptionbudgets"*) echo '${JSON.stringify({ items: budgets })}' ;;
  "create --raw "*/eviction*)
    cat >${file("eviction")}
    if [ "$(grep -c /eviction ${file("calls")})" -le ${forbidden} ]; then
      jq '${meanwhile}' ${file("pods")} >${file("new")} && mv ${file("new")} ${file("pods")}
      echo "Error from server (TooManyRequests): Cannot evict pod" >&2
      exit 1
    fi
    recreate "$(jq -r .metadata.name ${file("eviction")})" ;;
esac`,
  );
  writeFileSync(file("iptables"), `#!/bin/sh\ncat ${file("rules")}`);
  writeFileSync(file("rules"), proxied.flatMap(proxyRules).join("\n"));
  writeFileSync(
    file("conntrack"),
    `#!/bin/sh\nif [ $1 = -L ]; then cat ${file("connections")}; else echo "conntrack $*" >>${file("calls")}; fi`,
  );
  writeFileSync(file("connections"), connections.join("\n"));
  for (const program of ["kubectl", "iptables", "conntrack"]) chmodSync(file(program), 0o755);
  writeFileSync(file("script"), text);
  const scene = `
for at in /run /etc/cni; do mkdir -p $at; mount -t tmpfs none $at; done
mkdir /etc/cni/net.d
${Object.entries(conflists)
  .map(([name, network]) => `echo '{"name":"${network}"}' >/etc/cni/net.d/${name}`)
  .join("\n")}
code=0
echo kubeconfig | sh -euc "$(cat ${file("script")})" sh n2 ${text === arrive ? Object.keys(conflists)[0] : "flannel"} ${words.join(" ")} || code=$?
cd /etc/cni/net.d
for conflist in *; do echo "$conflist $(jq -r .name $conflist)"; done >${file("folder")}
ls /run/*kubeconfig* 2>/dev/null >&2 && exit 99
exit $code`;
  // Not in one go: who waits here for a minute answers Vitest too late.
  const ended = await execa("unshare", ["--mount", "sh", "-euc", scene], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    reject: false,
  });
  const left = existsSync(file("calls")) ? readFileSync(file("calls"), "utf8").trim().split("\n") : [];
  const addresses = JSON.parse(readFileSync(file("pods"), "utf8"))
    .items.slice(3)
    .map((pod: never) => ipOf(pod));
  return {
    code: ended.exitCode,
    said: ended.stderr.trim().split("\n"),
    calls: left.map((call) =>
      call
        .split(" ")
        .slice(0, 6)
        .join(" ")
        .replace(/ --wait=false| --timeout=9s/, "")
        .replace(/^create --raw \/api\/v1\/namespaces\/(.*)\/pods\/(.*)\/eviction .*/, "evict $1 $2"),
    ),
    conflists: readFileSync(file("folder"), "utf8").trim().split("\n"),
    addresses,
    node: JSON.parse(readFileSync(file("node"), "utf8") || "{}"),
  };
}

const ipOf = (pod: { status: { podIP: string } }): string => pod.status.podIP;
const leave = handoverDelete({ pod: 2, successor: 2 });
const arrive = arrivalScript({ pods: 3, node: 2 });
const old = { ip: "10.244.1.5" } as const;

describe("a handover", () => {
  it("moves the pods of its node that hold an old address, one by one, on the successor's conflist", async () => {
    const pods: PodPlan[] = [
      { name: "probe-1", owner: "DaemonSet", ...old },
      { name: "web-1", owner: "ReplicaSet", ...old },
      { name: "web-2", owner: "ReplicaSet", ...old, node: "n3" },
      { name: "moved-1", owner: "StatefulSet", ip: "10.40.0.1" },
    ];
    const { code, said, calls, conflists, addresses, node } = await run(leave, { pods });
    expect(code, said.join("\n")).toBe(0);
    expect(calls).toEqual([
      "patch node n2 --type merge --patch",
      "patch node n2 --type merge --patch",
      "delete pod --namespace a probe-1",
      "evict a web-1",
    ]);
    const eviction = JSON.parse(readFileSync(join(folder, "eviction"), "utf8"));
    expect([eviction.apiVersion, eviction.kind, eviction.metadata, eviction.deleteOptions]).toEqual([
      ...["policy/v1", "Eviction", { namespace: "a", name: "web-1" }],
      { preconditions: { uid: "web-1-uid" } },
    ]);
    expect(conflists).toEqual(["05-cni-lab.conflist weave", "10-flannel.conflist cbr0", "10-weave.conflist weave"]);
    expect(addresses).toEqual(["10.40.0.9", "10.40.0.9", "10.244.1.5", "10.40.0.1"]);
    expect(node).toEqual({ metadata: { annotations: { "cni-lab/cordoned": null } }, spec: { unschedulable: null } });
    expect(said.at(-1)).toBe("n2: all pods are on weave; nodes with pods to move: 1");
  });

  it("leaves alone what Multus has the runtime use, which follows the link", async () => {
    const { code, conflists } = await run(leave, { conflists: { ...both, "00-multus.conf": "multus" } });
    expect(code).toBe(0);
    expect(conflists.slice(0, 2)).toEqual(["00-multus.conf multus", "05-cni-lab.conflist weave"]);
  });

  it("stops by name at a pod whose replacement does not become Ready", async () => {
    const pods: PodPlan[] = [{ name: "probe-1", owner: "DaemonSet" }];
    const { code, said, node } = await run(leave, { pods, mends: false });
    expect(code).toBe(1);
    expect(said.at(-1)).toBe(
      "n2: a/probe-1 has no Ready replacement after 2 s: 0 of 1 are Ready: probe-1 on n2 is not Ready with address 10.40.0.9",
    );
    expect(node.spec.unschedulable).toBeNull();
  });

  it("is not held up by a pod that was not Ready before, and names it", async () => {
    const { code, said, addresses } = await run(leave, {
      pods: [{ name: "probe-1", owner: "DaemonSet", ready: false }],
      mends: false,
    });
    expect(code).toBe(0);
    expect(said).toContain("n2: moves a/probe-1, which was not Ready and is not waited for");
    expect(addresses).toEqual(["10.40.0.9"]);
  });

  it("is not held up by a StatefulSet that waits for another of its pods, which was not Ready before", async () => {
    const sibling: PodPlan = { name: "set-0", owner: "StatefulSet", node: "n3", ready: false };
    const pods: PodPlan[] = [sibling, { name: "set-1", owner: "StatefulSet" }];
    const { code, said } = await run(leave, { pods, recreates: false });
    expect(code, said.join("\n")).toBe(0);
    expect(said.slice(-2)).toEqual([
      "n2: goes on without a/set-1: its StatefulSet waits for set-0, which was not Ready before either",
      "n2: all pods are on weave; nodes with pods to move: 1",
    ]);
    // One that was well is waited for, and so is what nobody else of its owner holds up.
    const well = await run(leave, {
      pods: [
        { ...sibling, ready: true },
        { name: "set-1", owner: "StatefulSet" },
      ],
      recreates: false,
    });
    expect([well.code, well.said.at(-1)]).toEqual([
      1,
      expect.stringContaining("a/set-1 has no Ready replacement after 2 s"),
    ]);
    const others = await run(leave, {
      pods: [
        { ...sibling, name: "other-0" },
        { name: "set-1", owner: "StatefulSet" },
      ],
      recreates: false,
    });
    expect(others.code).toBe(1);
  });

  describe("under a disruption budget", () => {
    const pods: PodPlan[] = [{ name: "web-1", owner: "ReplicaSet" }];
    const word = "n2: waits until a/web-1 may be evicted: Error from server (TooManyRequests): Cannot evict pod";

    it("waits until the budget lets the pod go, and says so once", async () => {
      const patient = handoverDelete({ pod: 60, successor: 2 });
      const { code, said, calls, addresses } = await run(patient, { pods, forbidden: 2 });
      expect(code, said.join("\n")).toBe(0);
      expect(said.filter((line) => line.includes("waits"))).toEqual([word]);
      expect(calls.slice(2)).toEqual(["evict a web-1", "evict a web-1", "evict a web-1"]);
      expect(addresses).toEqual(["10.40.0.9"]);
    });

    it("ends by its name where it never does, and the pod lives", async () => {
      const { code, said, calls, addresses } = await run(leave, { pods, forbidden: 99 });
      expect([code, said.at(-1)]).toEqual([
        1,
        "n2: a/web-1 can't be evicted after 2 s: Error from server (TooManyRequests): Cannot evict pod; budgets of the namespace that allow none: web (1 healthy, 1 must be)",
      ]);
      expect(calls.filter((call) => call.startsWith("delete"))).toEqual([]);
      expect(addresses).toEqual(["10.244.1.5"]);
    });

    it.each<[string, PodPlan]>([
      ["is not Ready, which a budget might forbid for ever", { name: "web-1", owner: "ReplicaSet", ready: false }],
      ["is a DaemonSet's, whose own controller heeds no budget", { name: "web-1", owner: "DaemonSet" }],
    ])("deletes a pod that %s", async (_, pod) => {
      const { code, calls } = await run(leave, { pods: [pod], forbidden: 99 });
      expect([code, calls.slice(2)]).toEqual([0, ["delete pod --namespace a web-1"]]);
    });

    it.each([
      [
        "deletes a pod that is not Ready any more",
        '.items[-1].status.conditions[0].status = "False"',
        ["delete pod --namespace a web-1"],
      ],
      [
        "goes on where somebody else has moved the pod",
        '.items[-1] |= (.metadata.uid = "other" | .status.podIP = "10.40.0.8")',
        [],
      ],
    ])("while it waits, %s", async (_, meanwhile, more) => {
      const { code, said, calls } = await run(leave, { pods, forbidden: 99, meanwhile });
      expect(code, said.join("\n")).toBe(0);
      expect(calls.slice(2)).toEqual(["evict a web-1", ...more]);
    });
  });

  it("refuses before it moves anything: pods that nobody would recreate, on any node", async () => {
    const pods: PodPlan[] = [
      { name: "probe-1", owner: "DaemonSet" },
      { name: "mine", node: "n1" },
    ];
    const { code, said, calls, conflists } = await run(leave, { pods });
    expect(code).toBe(1);
    expect(said).toEqual([
      "n2: flannel can't leave: nothing would recreate these pods; delete them or give them an owner: a/mine",
    ]);
    expect(calls).toEqual([]);
    expect(conflists).toHaveLength(2);
  });

  it.each([
    [{ desired: "calico" }, "flannel can't leave: the cluster is to have calico, but it is not there"],
    [
      { conflists: { "10-flannel.conflist": "cbr0" } },
      "flannel can't leave: weave is not ready here after 2 s: there is no /etc/cni/net.d/10-weave.conflist",
    ],
    [
      { conflists: { ...both, "00-calico.conflist": "calico" } },
      "flannel can't leave: the runtime uses /etc/cni/net.d/00-calico.conflist, which sorts before 05-cni-lab.conflist",
    ],
  ])("refuses without a successor that is in force: %j", async (scene: Scene, message) => {
    const { code, said, calls } = await run(leave, scene);
    expect([code, said.at(-1), calls]).toEqual([1, `n2: ${message}`, []]);
  });

  it("does nothing for a CNI that was found while the one that is to follow it is not there", async () => {
    const found = { namespace: "kube-flannel", name: "kube-flannel-ds" };
    const marks = { ...found, cni: "flannel", network: "10.244.0.0/16", conflist: "10-flannel.conflist" };
    const undone = { found: JSON.stringify([marks]) };
    const pods: PodPlan[] = [{ name: "probe-1", owner: "DaemonSet" }];
    const stays = await run(leave, { desired: "calico", found, undone, pods });
    expect([stays.code, stays.said, stays.calls]).toEqual([0, ["n2: flannel stays"], []]);
    // It is no help where it does not live, nor where another one follows that has no DaemonSet.
    const gone = await run(leave, { desired: "calico", undone, pods });
    const other = await run(leave, {
      desired: "flannel-etcd",
      found,
      undone: { ...undone, network: "80.0.0.0/8" },
      pods,
    });
    for (const { code, said } of [gone, other]) {
      expect([code, said.at(-1)]).toEqual([
        1,
        expect.stringMatching(/flannel can't leave: the cluster is to have .* but it is not there/),
      ]);
    }
    expect((await run(leave, { found, undone, pods })).addresses).toEqual(["10.40.0.9"]);
  });

  it.each(["none", "flannel"])("does nothing when the cluster is to have %s", async (desired) => {
    const { code, calls, conflists } = await run(leave, { desired, pods: [{ name: "mine" }] });
    expect([code, calls, conflists.length]).toEqual([0, [], 2]);
  });

  it("does nothing where nodes are not to be cleaned: the old conflist is still in force", async () => {
    const pods: PodPlan[] = [{ name: "probe-1", owner: "DaemonSet" }];
    const { code, said, calls, conflists } = await run(leave, { pods, undone: { nodeCleanup: "off" } });
    expect([code, said, calls]).toEqual([0, ["n2: nodes are not cleaned: new pods still get flannel's network"], []]);
    expect(conflists).toHaveLength(2);
  });

  it("leaves pods with the addresses that they have where they are not to be recreated, and new ones get others", async () => {
    const pods: PodPlan[] = [{ name: "probe-1", owner: "DaemonSet" }, { name: "mine" }];
    const { code, said, calls, conflists, addresses } = await run(leave, { pods, undone: { recreatePods: "off" } });
    expect(code, said.join("\n")).toBe(0);
    expect(calls.filter((call) => call.startsWith("delete"))).toEqual([]);
    expect(addresses).toEqual(["10.244.1.5", "10.244.1.5"]);
    expect(conflists[0]).toBe("05-cni-lab.conflist weave");
    expect(said.at(-1)).toBe("n2: pods are not recreated: they keep the addresses that they have");
  });

  it.each<[string, Scene["undone"], string[]]>([
    ["pods are to be kept", {}, ["keep"]],
    ["nodes are not cleaned, where they would get such an address again", { nodeCleanup: "off" }, []],
  ])("as a CNI comes, recreates nothing when %s", async (_, undone, words) => {
    const pods: PodPlan[] = [{ name: "dead-1", owner: "ReplicaSet" }, { name: "mine" }];
    const conflists = { "10-weave.conflist": "weave" };
    const { code, said, calls } = await run(arrive, { pods, conflists, undone }, ...words);
    expect([code, said, calls]).toEqual([0, ["n2: pods are left as they are"], []]);
  });

  it("uncordons what a killed swap has cordoned, and leaves alone what somebody else did", async () => {
    expect((await run(leave, { cordoned: "by a swap" })).node.spec.unschedulable).toBeNull();
    expect((await run(leave, { cordoned: "by hand" })).node.spec.unschedulable).toBe(true);
  });

  it("as a CNI comes, has its conflist in force, but not where another one is", async () => {
    expect(await run(arrive, {})).toMatchObject({
      code: 0,
      calls: [],
      conflists: ["05-cni-lab.conflist cbr0", "10-flannel.conflist cbr0", "10-weave.conflist weave"],
    });
    const held = { ...both, "05-cni-lab.conflist": "weave" };
    expect((await run(arrive, { conflists: held })).conflists).toContain("05-cni-lab.conflist weave");
  });

  it("as a CNI comes, recreates what holds an address of no living network or was cut off, and nothing else", async () => {
    const pods: PodPlan[] = [
      { name: "dead-1", owner: "ReplicaSet", ready: false },
      { name: "cut-1", owner: "ReplicaSet", ip: "10.40.0.7", cutOff: true },
      { name: "live-1", ip: "10.40.0.8" },
    ];
    const { code, calls } = await run(arrive, { pods, conflists: { "10-weave.conflist": "weave" } });
    expect(code).toBe(0);
    expect(calls).toEqual(["delete pod --namespace a dead-1 cut-1"]);
  });

  it("as a CNI comes, forgets the connections to a Service that lead to what is gone, and no other", async () => {
    const connections = [
      connection("SYN_SENT", "10.96.0.9", "10.244.1.5"),
      connection("ESTABLISHED", "10.96.0.9", "10.244.1.5"),
      connection("ESTABLISHED", "10.96.0.9", "10.40.0.1"),
      connection("ESTABLISHED", "172.28.1.12", "10.244.1.6"),
      connection("SYN_SENT", "10.244.1.5", "10.244.1.5"),
    ];
    const { code, said, calls } = await run(arrive, { connections, proxied: ["10.40.0.1"] });
    expect(code, said.join("\n")).toBe(0);
    expect(calls).toEqual(["conntrack -D -p tcp --orig-dst 10.96.0.9"]);
    expect(said).toEqual([""]);
  });

  it("as a CNI comes, waits until kube-proxy sends to no endpoint that is gone, and names it at the end", async () => {
    const { code, said } = await run(arrive, { proxied: ["10.40.0.1", "10.244.1.5"] });
    expect([code, said]).toEqual([
      0,
      ["n2: kube-proxy still sends to endpoints that are gone, after 10 s: 10.244.1.5"],
    ]);
  }, 20_000);

  it.each<[NonNullable<Scene["takesPods"]>, string]>([
    ["soon", ""],
    ["not Ready", "n2: takes no pods yet after 2 s, and is left so: cni plugin not initialized"],
    ["not joined", "n2: takes no pods yet after 2 s, and is left so: it has not joined"],
  ])(
    "as a CNI comes, waits for a node that does not take pods yet, and says what it lacks: %s",
    async (takesPods, last) => {
      const { code, said } = await run(arrive, { takesPods });
      expect([code, said]).toEqual([0, [last]]);
      expect(existsSync(join(folder, "node-first"))).toBe(false);
    },
  );

  it("as a CNI comes that has no DaemonSet, takes the cluster's word for its network", async () => {
    const pods: PodPlan[] = [
      { name: "dead-1", owner: "ReplicaSet", ready: false },
      { name: "live-1", ip: "80.9.0.8" },
    ];
    const scene = {
      pods,
      recreates: false,
      desired: "flannel-etcd",
      conflists: { "10-flannel-etcd.conflist": "flannel-etcd" },
    };
    expect((await run(arrive, { ...scene, undone: { network: "80.0.0.0/8" } })).calls).toEqual([
      "delete pod --namespace a dead-1",
    ]);
  });

  it("as a CNI comes, fails by name for a pod that nobody would recreate", async () => {
    const { code, said } = await run(arrive, { pods: [{ name: "mine" }] });
    expect([code, said]).toEqual([
      1,
      ["n2: nothing would recreate these pods, whose addresses lead nowhere; delete them: a/mine"],
    ]);
  });
});
