import { versions } from "../../lib/versions";
import type { JavaProgram } from "./program";

/** The stand-in for Confluence Data Center. */
export const confluenceNode: JavaProgram = {
  name: "confluence-node",
  version: versions.confluenceNode,
  jars: [
    {
      group: "com.hazelcast",
      name: "hazelcast",
      version: versions.hazelcast,
      sha256: "99a79d6aff183f4be60d0221dc3793777d6bfec32bf1f767316b9ddbbc17a438",
    },
    {
      group: "com.hazelcast",
      name: "hazelcast-kubernetes",
      version: versions.hazelcastKubernetes,
      sha256: "ae202bbb7bdfb53b88df603b7c247701dfcdf9faa01448606fafede038ffdba4",
    },
    {
      group: "org.postgresql",
      name: "postgresql",
      version: versions.postgresqlDriver,
      sha256: "73914527305a40cce504b0d3d90b23caf565136912d607ae8ae7c5895512332c",
    },
  ],
};
