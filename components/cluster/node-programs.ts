import type * as k8s from "@pulumi/kubernetes";

/** Folders of a node with its own programs and what they need, as a container sees them: at the same place. */
const folders = ["/bin", "/lib", "/lib64", "/usr"] as const;

const volumeOf = (path: string) => path.slice(1);

/** What a container mounts that runs the node's own programs: of its image's it needs none. */
export const nodePrograms: {
  readonly volumeMounts: k8s.types.input.core.v1.VolumeMount[];
  readonly volumes: k8s.types.input.core.v1.Volume[];
} = {
  volumeMounts: folders.map((path) => ({ name: volumeOf(path), mountPath: path, readOnly: true })),
  volumes: folders.map((path) => ({ name: volumeOf(path), hostPath: { path } })),
};
