import { describe, expect, test } from "vitest";
import { initConfig, joinConfig, parseInvitation } from "../../components/cluster/kubeadm";
import { reachedAt } from "../../components/cluster/kubeconfig";

const invitation =
  "kubeadm join control-plane:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:0011 \n";

function documents(stream: string): Record<string, unknown>[] {
  return stream
    .split("---\n")
    .slice(1)
    .map((text) => JSON.parse(text));
}

describe("kubeadm", () => {
  test("init gets four documents, with the endpoint's name in the certificate", () => {
    const config = documents(
      initConfig({
        kubernetesVersion: "1.34.4",
        corednsTag: "v1.12.4",
        endpoint: "control-plane",
        address: "172.28.7.11",
        nodeName: "n1",
        podCidr: "10.244.0.0/16",
        serviceCidr: "10.96.0.0/12",
      }),
    );
    expect(config.map(({ kind }) => kind)).toEqual([
      "InitConfiguration",
      "ClusterConfiguration",
      "KubeletConfiguration",
      "KubeProxyConfiguration",
    ]);
    expect(config[0]).toMatchObject({ nodeRegistration: { name: "n1", taints: [] } });
    expect(config[1]).toMatchObject({
      controlPlaneEndpoint: "control-plane:6443",
      networking: { podSubnet: "10.244.0.0/16", serviceSubnet: "10.96.0.0/12" },
      apiServer: { certSANs: ["control-plane", "172.28.7.11"] },
    });
    expect(config[3]).toMatchObject({ clusterCIDR: "10.244.0.0/16" });
  });

  test("an invitation becomes a join config", () => {
    const [config] = documents(joinConfig({ name: "n2", address: "172.28.7.12" }, parseInvitation(invitation)));
    expect(config).toMatchObject({
      kind: "JoinConfiguration",
      nodeRegistration: { name: "n2", kubeletExtraArgs: [{ name: "node-ip", value: "172.28.7.12" }] },
      discovery: {
        bootstrapToken: {
          apiServerEndpoint: "control-plane:6443",
          token: "abcdef.0123456789abcdef",
          caCertHashes: ["sha256:0011"],
        },
      },
    });
  });

  test("text that is no invitation is refused without being repeated", () => {
    expect(() => parseInvitation("token abcdef.0123456789abcdef")).toThrow(
      /^kubeadm token create printed no join command$/,
    );
  });
});

test("the kubeconfig for this machine names the address and checks the name", () => {
  const json = JSON.stringify({
    kind: "Config",
    clusters: [
      { name: "cni-lab", cluster: { server: "https://control-plane:6443", "certificate-authority-data": "Q0E=" } },
    ],
    users: [{ name: "admin" }],
  });
  expect(JSON.parse(reachedAt(json, { name: "control-plane", address: "172.28.7.11", port: 6443 }))).toEqual({
    kind: "Config",
    clusters: [
      {
        name: "cni-lab",
        cluster: {
          server: "https://172.28.7.11:6443",
          "certificate-authority-data": "Q0E=",
          "tls-server-name": "control-plane",
        },
      },
    ],
    users: [{ name: "admin" }],
  });
});
