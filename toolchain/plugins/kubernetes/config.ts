import {
  type Checked,
  type CheckFailure,
  compare,
  type Difference,
  Failures,
  own,
  reveal,
  same,
  type Tree,
  Unknown,
  wayToOfficial,
} from "../host";
import { activeCluster } from "./kubeconfig";
import { notSupported } from "./refusal";
import { isTrue, keysWithoutEffect, knownKeys, readSettings, text, variablesWithoutEffect } from "./settings";

/** Refuses by name what this plugin can't do, and tells what has no effect. */
export function checkConfig(
  news: Tree,
  warn: (text: string) => void = () => {},
  env: NodeJS.ProcessEnv = process.env,
): Checked {
  const plain = reveal(news);
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string): void => void failures.push({ property, reason });
  for (const key of Object.keys(plain)) {
    if (!knownKeys.has(key)) refuse(key, `${notSupported}; remove it, ${wayToOfficial}`);
  }
  const vain = [
    ...keysWithoutEffect.filter((key) => own(plain, key) !== undefined),
    ...Object.keys(env).filter((name) => name.startsWith(variablesWithoutEffect)),
  ];
  for (const what of vain) warn(`${what} has no effect: ${notSupported}`);
  if (text(plain, "renderYamlToDirectory") !== undefined) {
    refuse("renderYamlToDirectory", `${notSupported}, which only works on a cluster; remove it, ${wayToOfficial}`);
  }
  const serverSideApply = own(plain, "enableServerSideApply") ?? env.PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY;
  if (serverSideApply !== undefined && !(serverSideApply instanceof Unknown) && !isTrue(serverSideApply)) {
    refuse(
      "enableServerSideApply",
      `false is ${notSupported}, which has every object applied by the server; remove it, ${wayToOfficial}`,
    );
  }
  return failures.length > 0 ? new Failures(failures) : { inputs: news };
}

const clusterKeys = ["kubeconfig", "context", "cluster"];

/**
 * Whether a changed configuration means another cluster, so that everything on it is made anew.
 *
 * A set and unchanged `clusterIdentifier` says that it is the same one. Otherwise the active cluster entry of the
 * kubeconfig decides, and a value that is not known yet counts as another cluster.
 */
export function diffConfig(olds: Tree, news: Tree): Difference {
  const changes = compare(olds, news);
  const identifier = own(news, "clusterIdentifier");
  const oldIdentifier = own(olds, "clusterIdentifier");
  if (identifier !== undefined && same(oldIdentifier, identifier)) return { changes };

  const moved = new Set<string>();
  if (identifier !== undefined && oldIdentifier !== undefined) moved.add("clusterIdentifier");
  const before = readSettings(olds).choice;
  const after = readSettings(news).choice;
  const oldCluster = before && activeCluster(before);
  const cluster = after && activeCluster(after);
  if (after === undefined || (oldCluster !== undefined && cluster !== undefined && !same(oldCluster, cluster))) {
    for (const path of changes.keys()) if (clusterKeys.includes(path)) moved.add(path);
  }
  return { changes, replaces: moved };
}
