/** What one kubeadm cluster of the lab is told; everything else is kubeadm's own default. */
export interface KubeadmPlan {
  /** The version of Kubernetes, without `v`. */
  readonly kubernetesVersion: string;
  /** The tag of the CoreDNS image that the nodes hold. */
  readonly corednsTag: string;
  /** The name under which every node reaches the API server. */
  readonly endpoint: string;
  /** The control plane's address on the LAN. */
  readonly address: string;
  readonly nodeName: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
}

/** How the kubelet of a node announces it. */
interface NodeRegistration {
  readonly name: string;
  readonly criSocket: string;
  readonly kubeletExtraArgs: readonly { name: string; value: string }[];
  readonly imagePullPolicy: "Never";
  readonly ignorePreflightErrors: readonly string[];
  readonly taints?: readonly unknown[];
}

const kubeadmApi = "kubeadm.k8s.io/v1beta4";

/** Port of the API server, kubeadm's default. */
export const apiPort = 6443;

/** The config of `kubeadm init`, as the JSON documents of one YAML stream. */
export function initConfig(plan: KubeadmPlan): string {
  return documents([
    {
      apiVersion: kubeadmApi,
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: plan.address, bindPort: apiPort },
      nodeRegistration: { ...registration(plan.nodeName, plan.address), taints: [] },
    },
    {
      apiVersion: kubeadmApi,
      kind: "ClusterConfiguration",
      clusterName: "cni-lab",
      kubernetesVersion: `v${plan.kubernetesVersion}`,
      controlPlaneEndpoint: `${plan.endpoint}:${apiPort}`,
      networking: { podSubnet: plan.podCidr, serviceSubnet: plan.serviceCidr },
      apiServer: { certSANs: [plan.endpoint, plan.address] },
      dns: { imageTag: plan.corednsTag },
      // A lab is thrown away: losing the last writes in a power cut costs nothing, syncing each one costs seconds.
      etcd: { local: { extraArgs: [{ name: "unsafe-no-fsync", value: "true" }] } },
    },
    {
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      cgroupDriver: "cgroupfs",
      // A node adapts to the machine's cgroup version; Kubernetes 1.35 refuses version 1 unless told otherwise.
      failCgroupV1: false,
      failSwapOn: false,
      // Makes the kubelet pass over the sysctls and the OOM score that a container may not set.
      featureGates: { KubeletInUserNamespace: true },
      // The node's disk is this machine's: how full that is must not evict a lab's pods or delete its images.
      evictionHard: {
        "memory.available": "0%",
        "nodefs.available": "0%",
        "nodefs.inodesFree": "0%",
        "imagefs.available": "0%",
      },
      imageGCHighThresholdPercent: 100,
    },
    {
      apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
      kind: "KubeProxyConfiguration",
      // Without it nothing is masqueraded on nodes whose default route has another source address.
      clusterCIDR: plan.podCidr,
      // A container may not write the conntrack sysctls; kube-proxy stops when it tries and fails.
      conntrack: { maxPerCore: 0, min: 0, tcpCloseWaitTimeout: "0s", tcpEstablishedTimeout: "0s" },
    },
  ]);
}

/** What `kubeadm token create --print-join-command` prints. */
export interface Invitation {
  readonly endpoint: string;
  readonly token: string;
  readonly caCertHash: string;
}

/**
 * Reads the join command that kubeadm prints.
 *
 * @throws Error when the text is none; the text itself is a secret and is not repeated.
 */
export function parseInvitation(text: string): Invitation {
  const match = /kubeadm join (\S+) --token (\S+) --discovery-token-ca-cert-hash (\S+)/.exec(text);
  const [, endpoint, token, caCertHash] = match ?? [];
  if (endpoint === undefined || token === undefined || caCertHash === undefined) {
    throw new Error("kubeadm token create printed no join command");
  }
  return { endpoint, token, caCertHash };
}

/** The config of `kubeadm join` for one more node. */
export function joinConfig(node: { name: string; address: string }, invitation: Invitation): string {
  return documents([
    {
      apiVersion: kubeadmApi,
      kind: "JoinConfiguration",
      nodeRegistration: registration(node.name, node.address),
      discovery: {
        bootstrapToken: {
          apiServerEndpoint: invitation.endpoint,
          token: invitation.token,
          caCertHashes: [invitation.caCertHash],
        },
      },
    },
  ]);
}

/** kubeadm's preflight looks at the machine's kernel config, swap and modules, which a container can't show. */
function registration(name: string, address: string): NodeRegistration {
  return {
    name,
    criSocket: "unix:///run/containerd/containerd.sock",
    kubeletExtraArgs: [{ name: "node-ip", value: address }],
    // The node image holds all images; kubeadm would look for a pause image of its own choice, for 40 seconds.
    imagePullPolicy: "Never",
    ignorePreflightErrors: ["all"],
  };
}

/** JSON is YAML: a stream of documents that needs no second writer. */
function documents(objects: readonly object[]): string {
  return objects.map((object) => `---\n${JSON.stringify(object, undefined, 2)}\n`).join("");
}
