import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { probeNames } from "./probe-names";

const { containerPort } = probeNames;

/** Seconds that an ended pod has in all. */
const graceSeconds = 10;

/** Seconds that an ended pod of a Service goes on answering; it leaves the Service meanwhile. */
export const leavesService = 3;

/**
 * A pod through which checks look at the network.
 *
 * @param serveSeconds how long it goes on answering once it has been told to end
 */
export function probePod(image: pulumi.Input<string>, serveSeconds: number): k8s.types.input.core.v1.PodSpec {
  return {
    terminationGracePeriodSeconds: graceSeconds,
    // Checks need no rights on the API; a lab's programs should not find any lying about.
    automountServiceAccountToken: false,
    containers: [
      {
        name: probeNames.container,
        image,
        ports: [{ name: "http", containerPort }],
        env: [
          { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
          { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
          { name: "SHUTDOWN_SECONDS", value: String(serveSeconds) },
        ],
        readinessProbe: { httpGet: { path: "/healthz", port: containerPort }, periodSeconds: 1 },
        securityContext: { capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
        // Less of the processor than its nodes' programs have, and on a busy machine meters would see that, not the network.
        resources: { requests: { cpu: "100m", memory: "16Mi" } },
      },
    ],
  };
}
