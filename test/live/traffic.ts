import { execa, type ResultPromise } from "execa";
import { images } from "../../lib/versions";

/** A web server on each node and a Service over them, as any application is. */
export const webObjects: readonly object[] = [
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "web", namespace: "default" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          terminationGracePeriodSeconds: 10,
          containers: [
            {
              name: "web",
              image: images.probe,
              env: [
                { name: "SHUTDOWN_SECONDS", value: "3" },
                { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              ],
              readinessProbe: { httpGet: { path: "/healthz", port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];

/** Requests to an address from each of some containers, about 10 a second, until they are ended. */
export class Traffic {
  private readonly running: readonly ResultPromise<{ reject: false }>[];

  constructor(containers: readonly string[], address: string) {
    const ask = `trap 'exit 0' TERM
while :; do
  if curl -sf -m 2 -o /dev/null http://${address}/; then echo answered; else echo "lost at $(date +%T)"; fi
  sleep 0.1
done`;
    this.running = containers.map((container) =>
      execa("podman", ["exec", container, "timeout", "900", "sh", "-c", ask], { reject: false }),
    );
  }

  /** How many were answered, and when others were not. */
  async end(): Promise<{ readonly answered: number; readonly lost: readonly string[] }> {
    for (const each of this.running) each.kill();
    const lines = (await Promise.all(this.running)).flatMap(({ stdout }) => String(stdout).split("\n"));
    return {
      answered: lines.filter((line) => line === "answered").length,
      lost: lines.filter((line) => line.startsWith("lost")),
    };
  }
}
