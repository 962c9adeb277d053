const command = require("@pulumi/command");
const k8s = require("@pulumi/kubernetes");

// The least that a program with both plugins can be: what a no-op of the lab's own is measured against.
new command.local.Command("one", { create: "true" });
new k8s.core.v1.ConfigMap("one", { metadata: { name: "cni-lab-reference" }, data: { one: "1" } });
