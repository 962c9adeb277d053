import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { anything, flag, group, required, text } from "../args/fields";
import { confluenceNames } from "./names";

/** The way by which browsers reach the members: an Ingress to their Service. Somebody else has made its controller. */
export interface ConfluenceIngress {
  /** The name in the browsers' address line, for example "wiki.example.com". */
  readonly host: pulumi.Input<string>;
  /** The IngressClass. @default the cluster's default one */
  readonly className?: pulumi.Input<string>;
  /** A Secret of type kubernetes.io/tls in the members' namespace. @default none */
  readonly tlsSecret?: pulumi.Input<string>;
  /** Whether browsers use https: true as well where TLS ends in front of the controller. @default true with `tlsSecret`, else false */
  readonly https?: pulumi.Input<boolean>;
  /**
   * A browser has to come back to the same member. Those for ingress-nginx that see to it are there already, as in the
   * vendor's chart; another controller wants its own.
   *
   * @default those for ingress-nginx
   */
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

export const ingressField = group({
  host: required(text),
  className: text,
  tlsSecret: text,
  https: flag,
  annotations: anything,
});

const nginx = "nginx.ingress.kubernetes.io";

/** As in the vendor's chart: sessions stay on their member, and attachments of 250 MB pass. */
const usualAnnotations = {
  [`${nginx}/affinity`]: "cookie",
  [`${nginx}/affinity-mode`]: "persistent",
  [`${nginx}/proxy-body-size`]: "250m",
  [`${nginx}/proxy-connect-timeout`]: "60",
  [`${nginx}/proxy-read-timeout`]: "60",
  [`${nginx}/proxy-send-timeout`]: "60",
};

/** The Ingress to the members' Service. */
export function confluenceIngress(
  name: string,
  { host, className, tlsSecret, annotations }: ConfluenceIngress,
  metadata: { readonly namespace: pulumi.Input<string>; readonly labels: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.Ingress {
  const service = { name: confluenceNames.name, port: { number: confluenceNames.servicePort } };
  return new k8s.networking.v1.Ingress(
    `${name}-ingress`,
    {
      metadata: {
        ...metadata,
        name: confluenceNames.name,
        // Controllers need not write where they answer, and members come later.
        annotations: { ...usualAnnotations, ...annotations, "pulumi.com/skipAwait": "true" },
      },
      spec: {
        ingressClassName: className,
        ...(tlsSecret === undefined ? {} : { tls: [{ hosts: [host], secretName: tlsSecret }] }),
        rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend: { service } }] } }],
      },
    },
    opts,
  );
}
