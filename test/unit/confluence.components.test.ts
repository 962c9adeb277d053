import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { describe, expect, test, vi } from "vitest";
import { podman } from "../../components/cluster/engine/podman";
import { ContainerShell } from "../../components/cluster/shell/container-shell";
import { Confluence } from "../../components/confluence/confluence";
import type { ConfluenceArgs } from "../../components/confluence/confluence-args";
import { Postgres, type PostgresArgs } from "../../components/confluence/postgres";
import { MacvlanNetwork } from "../../components/networks/macvlan-network";
import { only, type Registered, record } from "./mocks";

const children = (resources: readonly Registered[]) =>
  resources
    .filter(({ type }) => !type.startsWith("cni-lab:"))
    .map(({ name, type }) => `${name} ${type}`)
    .sort();
const named = (app: string, instance: string) => ({
  "app.kubernetes.io/name": app,
  "app.kubernetes.io/instance": instance,
  "app.kubernetes.io/part-of": "cni-lab",
  "app.kubernetes.io/managed-by": "pulumi",
});
const selected = { "app.kubernetes.io/name": "confluence", "app.kubernetes.io/instance": "wiki" };
const database = { url: "jdbc:postgresql://db/wiki", user: "wiki", password: "sesame" };
const usual: ConfluenceArgs = {
  namespace: "confluence",
  image: "stand-in:1",
  join: { type: "multicast", address: "230.0.0.1", ttl: 1 },
  database,
};

describe.each([false, true])("Confluence, preview %s", (preview) => {
  const build = (args: Partial<ConfluenceArgs> = {}) =>
    record(() => new Confluence("wiki", { ...usual, ...args }), {}, preview);
  const statefulSet = async (args: Partial<ConfluenceArgs> = {}) => only(await build(args), "wiki-statefulset").inputs;
  const podOf = async (args: Partial<ConfluenceArgs> = {}) => (await statefulSet(args)).spec.template.spec;
  const containerOf = async (args: Partial<ConfluenceArgs> = {}) => (await podOf(args)).containers[0];
  const refusal = (args: Partial<ConfluenceArgs>) => build(args).catch(({ message }) => message);

  test("its objects are the chart's, no more", async () => {
    expect(children(await build())).toEqual([
      "wiki-account kubernetes:core/v1:ServiceAccount",
      "wiki-secret kubernetes:core/v1:Secret",
      "wiki-service kubernetes:core/v1:Service",
      "wiki-statefulset kubernetes:apps/v1:StatefulSet",
    ]);
  });

  test("rights on the API come with the way to join that needs them", async () => {
    const resources = await build({ join: { type: "kubernetes" } });
    expect(children(resources)).toEqual([
      "wiki-account kubernetes:core/v1:ServiceAccount",
      "wiki-binding kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
      "wiki-role kubernetes:rbac.authorization.k8s.io/v1:Role",
      "wiki-secret kubernetes:core/v1:Secret",
      "wiki-service kubernetes:core/v1:Service",
      "wiki-statefulset kubernetes:apps/v1:StatefulSet",
    ]);
    expect(only(resources, "wiki-role").inputs.rules).toEqual([
      { apiGroups: [""], resources: ["endpoints", "pods"], verbs: ["get", "list"] },
    ]);
    const { roleRef, subjects } = only(resources, "wiki-binding").inputs;
    expect([roleRef.name, subjects]).toEqual([
      "confluence",
      [{ kind: "ServiceAccount", name: "confluence", namespace: "confluence" }],
    ]);
    expect((await podOf({ join: { type: "kubernetes" } })).automountServiceAccountToken).toBe(true);
  });

  test("the StatefulSet is the chart's", async () => {
    const { metadata, spec } = await statefulSet({ replicas: 2 });
    expect(metadata).toEqual({ name: "confluence", namespace: "confluence", labels: named("confluence", "wiki") });
    const { template, ...others } = spec;
    expect(others).toEqual({ replicas: 2, serviceName: "confluence", selector: { matchLabels: selected } });
    expect(template.metadata).toEqual({ labels: named("confluence", "wiki") });
    const { containers, ...pod } = template.spec;
    expect(pod).toEqual({
      serviceAccountName: "confluence",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 25,
      securityContext: { fsGroup: 2002, fsGroupChangePolicy: "OnRootMismatch" },
      volumes: [
        { name: "local-home", emptyDir: {} },
        { name: "shared-home", emptyDir: {} },
      ],
    });
    expect(containers).toHaveLength(1);
    const { env: _, ...container } = containers[0];
    expect(container).toEqual({
      name: "confluence",
      image: "stand-in:1",
      ports: [
        { name: "http", containerPort: 8090 },
        { name: "hazelcast", containerPort: 5801 },
      ],
      readinessProbe: {
        httpGet: { path: "/status", port: 8090 },
        initialDelaySeconds: 10,
        periodSeconds: 5,
        timeoutSeconds: 1,
        failureThreshold: 6,
      },
      lifecycle: { preStop: { exec: { command: ["sh", "-c", "/shutdown-wait.sh"] } } },
      resources: { requests: { cpu: "2", memory: "2G" } },
      volumeMounts: [
        { name: "local-home", mountPath: "/var/atlassian/application-data/confluence" },
        { name: "local-home", mountPath: "/opt/atlassian/confluence/logs", subPath: "logs" },
        { name: "shared-home", mountPath: "/var/atlassian/application-data/shared-home" },
      ],
    });
  });

  test("an Ingress leads browsers to the members, and back to the same one", async () => {
    const resources = await build({ ingress: { host: "wiki.example.com", annotations: { a: "b" } } });
    const { metadata, spec } = only(resources, "wiki-ingress").inputs;
    expect([metadata.name, metadata.namespace]).toEqual(["confluence", "confluence"]);
    expect(metadata.annotations).toMatchObject({
      "nginx.ingress.kubernetes.io/affinity": "cookie",
      "nginx.ingress.kubernetes.io/affinity-mode": "persistent",
      a: "b",
    });
    const service = { name: "confluence", port: { number: 80 } };
    expect(spec).toEqual({
      rules: [{ host: "wiki.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend: { service } }] } }],
    });
    expect(children(resources)).toContain("wiki-ingress kubernetes:networking.k8s.io/v1:Ingress");
    const tls = { host: "wiki.example.com", className: "nginx", tlsSecret: "wiki-tls" };
    const { ingressClassName, tls: secrets } = only(await build({ ingress: tls }), "wiki-ingress").inputs.spec;
    expect([ingressClassName, secrets]).toEqual(["nginx", [{ hosts: ["wiki.example.com"], secretName: "wiki-tls" }]]);
  });

  test.each([
    [{}, "80", "http", "false"],
    [{ tlsSecret: "wiki-tls" }, "443", "https", "true"],
    [{ https: true }, "443", "https", "true"],
    [{ tlsSecret: "wiki-tls", https: false }, "80", "http", "false"],
  ])("with the Ingress %j Confluence is told where it is", async (more, port, scheme, secure) => {
    const { env } = await containerOf({ ingress: { host: "wiki.example.com", ...more } });
    expect(env).toEqual(
      expect.arrayContaining([
        { name: "ATL_PROXY_NAME", value: "wiki.example.com" },
        { name: "ATL_PROXY_PORT", value: port },
        { name: "ATL_TOMCAT_SCHEME", value: scheme },
        { name: "ATL_TOMCAT_SECURE", value: secure },
      ]),
    );
  });

  test("what a cluster of somebody's wants of the pods", async () => {
    const tolerations = [{ key: "wiki", operator: "Exists" }];
    const pod = await podOf({ imagePullSecrets: ["registry"], nodeSelector: { disk: "ssd" }, tolerations });
    expect([pod.imagePullSecrets, pod.nodeSelector, pod.tolerations]).toEqual([
      [{ name: "registry" }],
      { disk: "ssd" },
      tolerations,
    ]);
  });

  test("more variables come behind its own", async () => {
    const token = { name: "TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "k" } } };
    const env = [{ name: "ATL_TOMCAT_CONTEXTPATH", value: "wiki" }, token];
    expect((await containerOf({ env })).env.slice(-2)).toEqual(env);
  });

  test("a variable that the pods have is refused, whatever sets it", async () => {
    const joins: ConfluenceArgs["join"][] = [usual.join, { type: "tcpIp" }, { type: "kubernetes" }];
    for (const join of joins) {
      const all: Partial<ConfluenceArgs> = {
        ...{ join, interface: "eth0", license: "l", standIn: { safetyIntervalSeconds: 5 } },
        ingress: { host: "wiki.example.com" },
      };
      const own: { name: string }[] = (await containerOf(all)).env;
      const said = await refusal({ ...all, env: own.map(({ name }) => ({ name, value: "x" })) });
      expect(said.split("\n")).toEqual(
        expect.arrayContaining(
          own.map(({ name }) => expect.stringContaining(`env is "${name}": is a variable that the pods have already;`)),
        ),
      );
      expect(said.split("\n")).toHaveLength(own.length);
    }
    expect(await refusal({ env: [{ name: "A" }, { name: "B" }, { name: "A" }] })).toBe(
      'env is "A": must be there once: there are two variables of this name',
    );
  });

  test("a host that is no name is refused", async () => {
    for (const host of ["https://wiki.example.com", "wiki.example.com/wiki", "Wiki", ""]) {
      expect(await refusal({ ingress: { host } })).toContain(`ingress.host is "${host}": must be a DNS name`);
    }
  });

  test("the Service is the chart's", async () => {
    const { metadata, spec } = only(await build(), "wiki-service").inputs;
    expect([metadata.name, metadata.namespace]).toEqual(["confluence", "confluence"]);
    expect(spec).toEqual({
      selector: selected,
      ports: [
        { name: "http", port: 80, targetPort: "http" },
        { name: "hazelcast", port: 5801, targetPort: "hazelcast" },
      ],
    });
  });

  test("the documented defaults are the real ones", async () => {
    const { spec } = await statefulSet();
    const container = spec.template.spec.containers[0];
    expect(spec.replicas).toBe(1);
    expect(spec.template.spec.affinity).toBeUndefined();
    expect(container.livenessProbe).toBeUndefined();
    expect(container.resources).toEqual({ requests: { cpu: "2", memory: "2G" } });
    expect(container.env).toContainEqual({ name: "ATL_CLUSTER_NAME", value: "confluence-cluster" });
    expect(container.env).toContainEqual({ name: "JVM_MINIMUM_MEMORY", value: "1024m" });
    expect(container.env).toContainEqual({ name: "JVM_MAXIMUM_MEMORY", value: "1024m" });
    const names = container.env.map(({ name }: { name: string }) => name);
    expect(names).not.toContain("ATL_CLUSTER_INTERFACE");
    expect(names).not.toContain("SIM_SAFETY_INTERVAL_SECONDS");
    const { readinessProbe, livenessProbe } = await containerOf({ livenessProbe: "status" });
    expect([readinessProbe.initialDelaySeconds, livenessProbe.initialDelaySeconds]).toEqual([10, 20]);
  });

  test("each pod knows its address, its database and, where it asks the API, its namespace", async () => {
    const { env } = await containerOf({ join: { type: "kubernetes" }, interface: "eth0" });
    const fromPod = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
    expect(env).toContainEqual({ name: "POD_IP", ...fromPod("status.podIP") });
    expect(env).toContainEqual({ name: "KUBERNETES_NAMESPACE", ...fromPod("metadata.namespace") });
    expect(env).toContainEqual({ name: "ATL_CLUSTER_INTERFACE", value: "eth0" });
    expect(env).toContainEqual({ name: "ATL_JDBC_URL", value: "jdbc:postgresql://db/wiki" });
    expect(env).toContainEqual({ name: "ATL_JDBC_USER", value: "wiki" });
    expect((await containerOf()).env.map(({ name }: { name: string }) => name)).not.toContain("KUBERNETES_NAMESPACE");
  });

  test("password and licence are in a Secret that Pulumi names, and nowhere else", async () => {
    const resources = await build({ license: "AAAB" });
    const { inputs } = only(resources, "wiki-secret");
    expect(inputs.metadata.name).toBeUndefined();
    expect(inputs).toMatchObject({
      immutable: true,
      stringData: { value: { password: "sesame", license: "AAAB" } },
    });
    const { containers } = only(resources, "wiki-statefulset").inputs.spec.template.spec;
    const secret = (key: string) => ({ valueFrom: { secretKeyRef: expect.objectContaining({ key }) } });
    expect(containers[0].env).toContainEqual({ name: "ATL_JDBC_PASSWORD", ...secret("password") });
    expect(containers[0].env).toContainEqual({ name: "ATL_LICENSE_KEY", ...secret("license") });
    const others = JSON.stringify(resources.filter(({ name }) => name !== "wiki-secret"));
    expect(others).not.toMatch(/sesame|AAAB/);
    expect((await containerOf()).env.map(({ name }: { name: string }) => name)).not.toContain("ATL_LICENSE_KEY");
  });

  test("a pod that fails to say that it is well is restarted, where it is asked for", async () => {
    expect((await containerOf({ livenessProbe: "status" })).livenessProbe).toEqual({
      httpGet: { path: "/status", port: 8090 },
      initialDelaySeconds: 20,
      periodSeconds: 5,
      timeoutSeconds: 1,
      failureThreshold: 3,
    });
    expect((await containerOf({ livenessProbe: "off" })).livenessProbe).toBeUndefined();
    const later = await containerOf({ livenessProbe: "status", probeDelaySeconds: { readiness: 2, liveness: 300 } });
    expect(later.readinessProbe.initialDelaySeconds).toBe(2);
    expect(later.livenessProbe.initialDelaySeconds).toBe(300);
  });

  test.each([
    ["node", "podAntiAffinity"],
    ["together", "podAffinity"],
  ] as const)("spread %s is %s, without exception", async (spread, kind) => {
    expect((await podOf({ spread })).affinity).toEqual({
      [kind]: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: selected }, topologyKey: "kubernetes.io/hostname" },
        ],
      },
    });
  });

  test("spread none leaves the choice to the scheduler", async () => {
    expect((await podOf({ spread: "none" })).affinity).toBeUndefined();
  });

  test("homes may be on volumes that last", async () => {
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } };
    const sharedHome = { persistentVolumeClaim: { claimName: "shared" } };
    const { spec } = await statefulSet({ localHome: claim, sharedHome });
    expect(spec.volumeClaimTemplates).toEqual([{ metadata: { name: "local-home" }, spec: claim }]);
    expect(spec.template.spec.volumes).toEqual([{ name: "shared-home", ...sharedHome }]);
  });

  test("members that are told of each other have a Service each, which leads to no pod that is not ready", async () => {
    const resources = await build({ join: { type: "tcpIp" }, replicas: 2 });
    expect(children(resources).filter((child) => child.endsWith(":Service"))).toEqual([
      "wiki-0-service kubernetes:core/v1:Service",
      "wiki-1-service kubernetes:core/v1:Service",
      "wiki-service kubernetes:core/v1:Service",
    ]);
    const { metadata, spec } = only(resources, "wiki-1-service").inputs;
    expect([metadata.name, metadata.annotations]).toEqual(["confluence-1", { "pulumi.com/skipAwait": "true" }]);
    expect(spec).toEqual({
      selector: { ...selected, "statefulset.kubernetes.io/pod-name": "confluence-1" },
      ports: [{ name: "hazelcast", port: 5801, targetPort: "hazelcast" }],
    });
  });

  test("peers that are named need no Services", async () => {
    const join = { type: "tcpIp", peers: ["10.0.0.1", "10.0.0.2"] } as const;
    expect(children(await build({ join })).filter((child) => child.endsWith(":Service"))).toHaveLength(1);
    expect((await containerOf({ join })).env).toContainEqual({ name: "ATL_CLUSTER_PEERS", value: "10.0.0.1,10.0.0.2" });
    expect((await containerOf()).env.map(({ name }: { name: string }) => name)).not.toContain("ATL_CLUSTER_PEERS");
  });

  test("pods ask for the network that they are on", async () => {
    const annotations = async (daemonImage?: string) => {
      const resources = await record(
        () => {
          const network = new MacvlanNetwork("lan", {
            network: "lan",
            namespace: "networks",
            master: "eth1",
            ipam: { type: "dhcp" },
          });
          new Confluence("wiki", { ...usual, interface: "net1", network: { network, daemonImage } });
        },
        {},
        preview,
      );
      return only(resources, "wiki-statefulset").inputs.spec.template.metadata.annotations;
    };
    const made = await annotations();
    expect(JSON.parse(made["k8s.v1.cni.cncf.io/networks"])).toEqual([
      { name: "lan", namespace: "networks", interface: "net1" },
    ]);
    expect(JSON.parse(made["cni-lab/config"])).toMatchObject({ name: "lan", type: "macvlan" });
    expect((await annotations("dhcp:1"))["cni-lab/config"]).toBe(`${made["cni-lab/config"]} dhcp:1`);
  });

  test("readiness is left to others where it is said so, and the end of the pods is not", async () => {
    expect((await statefulSet()).metadata.annotations).toBeUndefined();
    expect((await statefulSet({ skipAwait: true })).metadata.annotations).toEqual({
      "pulumi.com/waitFor": "jsonpath={.metadata.name}=confluence",
    });
  });

  test("wrong arguments are refused together, before any child is made", async () => {
    const registered = vi.spyOn(MockMonitor.prototype, "registerResource");
    const message = await refusal({ replicas: -1, clusterName: "", interface: "net1", image: "atlassian/confluence" });
    expect(
      String(message)
        .split("\n")
        .map((line) => line.replace(/( is ".*?")?:.*/, "")),
    ).toEqual(["replicas", "clusterName", "interface", "license"]);
    expect(registered.mock.calls.filter(([request]) => request.getName() !== "wiki")).toEqual([]);
    registered.mockRestore();
  });
});

test("the peers are the addresses of those Services", async () => {
  const join = { type: "tcpIp" } as const;
  const newResource = (args: pulumi.runtime.MockResourceArgs) => ({
    id: args.name,
    state: {
      ...args.inputs,
      spec: { ...args.inputs.spec, clusterIP: args.name === "wiki-0-service" ? "10.96.0.7" : "10.96.0.8" },
    },
  });
  let env: unknown;
  await pulumi.runtime.setMocks({
    newResource: (args) => {
      if (args.name === "wiki-statefulset") env = args.inputs.spec.template.spec.containers[0].env;
      return newResource(args);
    },
    call: () => ({}),
  });
  new Confluence("wiki", { ...usual, join, replicas: 2 });
  await pulumi.runtime.disconnect();
  expect(env).toContainEqual({ name: "ATL_CLUSTER_PEERS", value: "10.96.0.7,10.96.0.8" });
});

test("pods of two templates never run together", async () => {
  const registered = vi.spyOn(MockMonitor.prototype, "registerResource");
  await record(() => new Confluence("wiki", usual));
  const request = registered.mock.calls.map(([each]) => each).find((each) => each.getName() === "wiki-statefulset");
  expect([request?.getReplaceonchangesList(), request?.getDeletebeforereplace()]).toEqual([["spec.template"], true]);
  registered.mockRestore();
});

describe.each([false, true])("Postgres, preview %s", (preview) => {
  const node = { name: "n1", shell: new ContainerShell(podman, "c") };
  const build = (args: Partial<PostgresArgs> = {}) =>
    record(() => new Postgres("db", { namespace: "wiki", node, ...args }), { "-password": "drawn" }, preview);
  const container = async (args: Partial<PostgresArgs> = {}) =>
    only(await build(args), "db-statefulset").inputs.spec.template.spec.containers[0];

  test("is one pod with a folder of a node, and a password of its own", async () => {
    expect(children(await build())).toEqual([
      "db-claim kubernetes:core/v1:PersistentVolumeClaim",
      "db-folder command:local:Command",
      "db-password command:local:Command",
      "db-secret kubernetes:core/v1:Secret",
      "db-service kubernetes:core/v1:Service",
      "db-statefulset kubernetes:apps/v1:StatefulSet",
      "db-volume kubernetes:core/v1:PersistentVolume",
    ]);
  });

  test("the pod is on the node that has the data", async () => {
    const resources = await build();
    const { metadata, spec } = only(resources, "db-volume").inputs;
    expect(metadata.name).toBeUndefined();
    expect(spec).toEqual({
      accessModes: ["ReadWriteOnce"],
      storageClassName: "",
      capacity: { storage: "1Gi" },
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { namespace: "wiki", name: "postgres-data" },
      local: { path: "/var/local/cni-lab/postgres" },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["n1"] }] },
          ],
        },
      },
    });
    const claim = only(resources, "db-claim").inputs;
    expect([claim.metadata.name, claim.metadata.namespace, claim.spec.storageClassName]).toEqual([
      "postgres-data",
      "wiki",
      "",
    ]);
    const pod = only(resources, "db-statefulset").inputs.spec.template.spec;
    expect(pod.volumes).toEqual([{ name: "data", persistentVolumeClaim: { claimName: "postgres-data" } }]);
    expect(pod.securityContext).toEqual({
      runAsUser: 999,
      runAsGroup: 999,
      fsGroup: 999,
      fsGroupChangePolicy: "OnRootMismatch",
    });
  });

  test("the folder is made for it, and removed with it", async () => {
    const { create, delete: remove, environment } = only(await build(), "db-folder").inputs;
    expect(environment).toEqual({
      CREATE: '\nmkdir -p "$1"\nchown 999:999 "$1"\nchmod 700 "$1"',
      DELETE: 'rm -rf "$1"',
    });
    expect([create, remove].map((line) => line.split(" sh ").at(-1))).toEqual([
      "/var/local/cni-lab/postgres",
      "/var/local/cni-lab/postgres",
    ]);
  });

  test("the documented defaults are the real ones", async () => {
    expect(await container()).toEqual({
      name: "postgres",
      image: "docker.io/library/postgres:15",
      args: [
        ...["-c", "listen_addresses=*", "-c", "shared_buffers=16MB", "-c", "max_connections=30"],
        ...["-c", "fsync=off", "-c", "full_page_writes=off"],
      ],
      ports: [{ name: "postgres", containerPort: 5432 }],
      env: [
        { name: "POSTGRES_DB", value: "confluence" },
        { name: "POSTGRES_USER", value: "confluence" },
        { name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: expect.objectContaining({ key: "password" }) } },
        { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
      ],
      readinessProbe: {
        exec: { command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "confluence", "-d", "confluence"] },
        periodSeconds: 2,
        timeoutSeconds: 3,
      },
      resources: { requests: { cpu: "50m", memory: "48Mi" } },
      volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql/data" }],
    });
  });

  test("the password is drawn once, kept as a secret, and stands in its Secret alone", async () => {
    const resources = await build();
    const { create, logging, environment } = only(resources, "db-password").inputs;
    expect([create, logging, environment]).toEqual([
      "LC_ALL=C tr -dc A-Za-z0-9 </dev/urandom | head -c 24",
      "none",
      undefined,
    ]);
    const given = await build({ password: "sesame" });
    expect(given.map(({ name }) => name)).not.toContain("db-password");
    expect(only(given, "db-secret").inputs).toMatchObject({ stringData: { value: { password: "sesame" } } });
    expect(JSON.stringify(given.filter(({ name }) => name !== "db-secret"))).not.toContain("sesame");
  });

  test("readiness is left to others where it is said so", async () => {
    const annotations = async (skipAwait?: boolean) => {
      const resources = await build({ skipAwait });
      return ["db-service", "db-statefulset"].map((name) => only(resources, name).inputs.metadata.annotations);
    };
    expect(await annotations()).toEqual([undefined, undefined]);
    const skip = { "pulumi.com/skipAwait": "true" };
    expect(await annotations(true)).toEqual([skip, skip]);
  });

  test("wrong arguments are refused together", async () => {
    await expect(build({ folder: "/", maxConnections: 0 }).catch(({ message }) => message)).resolves.toBe(
      'folder is "/": must be an absolute path of at least three plain names\nmaxConnections is "0": must be a whole number, at least 5',
    );
  });
});

test("what Confluence needs to know of its database", async () => {
  const told: Record<string, unknown> = {};
  await record(() => {
    const node = { name: "n1", shell: new ContainerShell(podman, "c") };
    const { host, url, user, password } = new Postgres("db", {
      namespace: "wiki",
      node,
      database: "pages",
      user: "me",
    });
    pulumi.all([host, url, user]).apply(([a, b, c]) => Object.assign(told, { host: a, url: b, user: c }));
    pulumi.isSecret(password).then((secret) => Object.assign(told, { secret }));
  });
  expect(told).toEqual({
    host: "postgres.wiki.svc",
    url: "jdbc:postgresql://postgres.wiki.svc:5432/pages",
    user: "me",
    secret: true,
  });
});
