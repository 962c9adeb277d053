import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";

// The least that a program with both plugins can be: what a no-op of the lab's own is measured against.
new command.local.Command("one", { create: "true" });
new k8s.core.v1.ConfigMap("one", { metadata: { name: "cni-lab-reference" }, data: { one: "1" } });
