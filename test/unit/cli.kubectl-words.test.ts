import { describe, expect, test } from "vitest";
import { questionOf } from "../../driver/stack/kubectl-words";

const pathsOf = (command: string) => questionOf(command.split(" "))?.paths;

test.each([
  ["get pods -A -o json", ["/api/v1/pods"]],
  ["get pods --all-namespaces --output=json --request-timeout=6s", ["/api/v1/pods"]],
  ["get nodes -o json", ["/api/v1/nodes"]],
  ["get node n1 -ojson", ["/api/v1/nodes/n1"]],
  [
    "-n cni-lab get pods,statefulsets -o json",
    ["/api/v1/namespaces/cni-lab/pods", "/apis/apps/v1/namespaces/cni-lab/statefulsets"],
  ],
  ["get --namespace kube-system daemonset multus -o json", ["/apis/apps/v1/namespaces/kube-system/daemonsets/multus"]],
  [
    "-n a get pods -l app=b,c!=d --field-selector spec.nodeName=n1 -o json",
    ["/api/v1/namespaces/a/pods?labelSelector=app%3Db%2Cc%21%3Dd&fieldSelector=spec.nodeName%3Dn1"],
  ],
  ["-n a logs b-0 -c d --tail=-1", ["/api/v1/namespaces/a/pods/b-0/log?container=d"]],
  ["--namespace a logs b-0 --tail=60 --previous", ["/api/v1/namespaces/a/pods/b-0/log?tailLines=60&previous=true"]],
])("%s asks for %j", (command, paths) => {
  expect(pathsOf(command)).toEqual(paths);
});

test.each([
  "get pods -o json",
  "get pods -A -o wide",
  "get pods -A",
  "get pods -A -o jsonpath={.items[*].metadata.name}",
  "get pods x -A -o json",
  "get pods x y -n a -o json",
  "get pods x -n a -l b=c -o json",
  "get nodes -n a -o json",
  "get nodes,pods -n a -o json",
  "get pods,network-attachment-definitions -n a -o json",
  "get pods -n a/../b -o json",
  "get pod ../secrets -n a -o json",
  "get pods -A -o json --ignore-not-found",
  "get pods -A -o json --watch",
  "get pods -A -o json --request-timeout=1m",
  "get pods -A -o json --tail=3",
  "logs b-0",
  "-n a logs statefulset/b",
  "-n a logs -l app=b --prefix",
  "-n a logs b -f",
  "-n a logs b --tail=x",
  "-n a logs b c",
  "-n a delete pod b",
  "version -o json",
  "",
])("`%s` is kubectl's", (command) => {
  expect(questionOf(command.split(" ").filter((word) => word !== ""))).toBeUndefined();
});

test("how long an answer may take is said by the words", () => {
  expect(questionOf(["get", "nodes", "-o", "json", "--request-timeout=6s"])?.timeoutMs).toBe(6_000);
  expect(questionOf(["get", "nodes", "-o", "json"])).not.toHaveProperty("timeoutMs");
});

describe("an answer is printed as kubectl does", () => {
  const print = (command: string, ...answers: unknown[]) =>
    questionOf(command.split(" "))?.print(answers.map((each) => JSON.stringify(each)));

  test("a list tells of each object what it is, in order, without its managed fields", () => {
    const pods = {
      kind: "PodList",
      items: [{ spec: { b: 1, a: "x && y" }, metadata: { name: "p", managedFields: [1] } }],
    };
    const sets = { items: [{ metadata: { name: "s" } }] };
    expect(print("get pods,statefulsets -A -o json", pods, sets)).toBe(`{
    "apiVersion": "v1",
    "items": [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "p"
            },
            "spec": {
                "a": "x \\u0026\\u0026 y",
                "b": 1
            }
        },
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {
                "name": "s"
            }
        }
    ],
    "kind": "List",
    "metadata": {
        "resourceVersion": ""
    }
}
`);
  });

  test("an object of its own is that object; what holds others' managedFields keeps them", () => {
    const printed = print("get node n1 -o json", {
      kind: "Node",
      metadata: { managedFields: [] },
      spec: { managedFields: 1 },
    });
    expect(JSON.parse(printed ?? "")).toEqual({ kind: "Node", metadata: {}, spec: { managedFields: 1 } });
  });

  test("a log is what it is; what is no list is nothing", () => {
    expect(questionOf(["-n", "a", "logs", "b"])?.print(["one\ntwo"])).toBe("one\ntwo");
    expect(() => print("get nodes -o json", { kind: "Status" })).toThrow();
  });
});
