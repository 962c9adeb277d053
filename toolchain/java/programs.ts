import { versions } from "../../components/lib/versions";
import type { JavaProgram } from "./program";

/** The stand-in for Confluence Data Center. */
export const confluenceNode: JavaProgram = {
  name: "confluence-node",
  version: versions.confluenceNode,
  jars: [
    `hazelcast-${versions.hazelcast}.jar`,
    `hazelcast-kubernetes-${versions.hazelcastKubernetes}.jar`,
    `postgresql-${versions.postgresqlDriver}.jar`,
  ],
};
