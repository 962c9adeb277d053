/**
 * Where a node keeps the logs of pods, as a pattern for a shell.
 *
 * @param name what the pods are called, before what tells them apart. @default all of the namespace
 */
export function podLogs(namespace: string, name?: string): string {
  return `/var/log/pods/${namespace}_${name === undefined ? "*" : `${name}-*`}/*/*.log`;
}
