import { images } from "../../lib/versions";

/** Where upstream's manifest puts Flannel: since 0.19 in a namespace of its own, before that among the system's pods. */
export type UpstreamForm = "kube-flannel" | "kube-system";

/** What upstream's manifest has its objects be, in its order, with this lab's images. */
export function upstreamFlannel(form: UpstreamForm, network: string): object[] {
  const own = form === "kube-flannel";
  const labels = { tier: "node", app: "flannel", ...(own ? { "k8s-app": "flannel" } : {}) };
  const named = own ? { labels: { "k8s-app": "flannel" } } : {};
  const rbac = { apiVersion: "rbac.authorization.k8s.io/v1" };
  return [
    ...(own
      ? [
          {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: {
              name: form,
              labels: { "k8s-app": "flannel", "pod-security.kubernetes.io/enforce": "privileged" },
            },
          },
        ]
      : []),
    {
      ...rbac,
      kind: "ClusterRole",
      metadata: { name: "flannel", ...named },
      rules: [
        { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
        { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
        { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
      ],
    },
    {
      ...rbac,
      kind: "ClusterRoleBinding",
      metadata: { name: "flannel", ...named },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "flannel" },
      subjects: [{ kind: "ServiceAccount", name: "flannel", namespace: form }],
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "flannel", namespace: form, ...named } },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kube-flannel-cfg", namespace: form, labels },
      data: {
        "cni-conf.json": JSON.stringify({
          name: "cbr0",
          cniVersion: "0.3.1",
          plugins: [
            { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true } },
            { type: "portmap", capabilities: { portMappings: true } },
          ],
        }),
        "net-conf.json": JSON.stringify({ Network: network, Backend: { Type: "vxlan" } }),
      },
    },
    daemonSet(form, labels),
  ];
}

function daemonSet(namespace: string, labels: Record<string, string>): object {
  const mount = (name: string, mountPath: string) => ({ name, mountPath });
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "kube-flannel-ds", namespace, labels },
    spec: {
      selector: { matchLabels: { app: "flannel", ...("k8s-app" in labels ? { "k8s-app": "flannel" } : {}) } },
      template: {
        metadata: { labels },
        spec: {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key: "kubernetes.io/os", operator: "In", values: ["linux"] }] },
                ],
              },
            },
          },
          hostNetwork: true,
          priorityClassName: "system-node-critical",
          tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
          serviceAccountName: "flannel",
          initContainers: [
            {
              name: "install-cni-plugin",
              image: images.flannelCniPlugin,
              command: ["cp"],
              args: ["-f", "/flannel", "/opt/cni/bin/flannel"],
              volumeMounts: [mount("cni-plugin", "/opt/cni/bin")],
            },
            {
              name: "install-cni",
              image: images.flannel,
              command: ["cp"],
              args: ["-f", "/etc/kube-flannel/cni-conf.json", "/etc/cni/net.d/10-flannel.conflist"],
              volumeMounts: [mount("cni", "/etc/cni/net.d"), mount("flannel-cfg", "/etc/kube-flannel/")],
            },
          ],
          containers: [
            {
              name: "kube-flannel",
              image: images.flannel,
              command: ["/opt/bin/flanneld"],
              args: ["--ip-masq", "--kube-subnet-mgr"],
              resources: { requests: { cpu: "100m", memory: "50Mi" } },
              securityContext: { privileged: false, capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
              env: [
                { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                { name: "EVENT_QUEUE_DEPTH", value: "5000" },
              ],
              volumeMounts: [
                mount("run", "/run/flannel"),
                mount("flannel-cfg", "/etc/kube-flannel/"),
                mount("xtables-lock", "/run/xtables.lock"),
              ],
            },
          ],
          volumes: [
            { name: "run", hostPath: { path: "/run/flannel" } },
            { name: "cni-plugin", hostPath: { path: "/opt/cni/bin" } },
            { name: "cni", hostPath: { path: "/etc/cni/net.d" } },
            { name: "flannel-cfg", configMap: { name: "kube-flannel-cfg" } },
            { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
          ],
        },
      },
    },
  };
}
