import * as pulumi from "@pulumi/pulumi";
import type { ReachableNode } from "../cluster/node-access";
import { isExclusive } from "./registry";
import { listingScript, readListing } from "./swap/fingerprint";
import { swapPlan } from "./swap/plan";

/**
 * In a preview, says what the cluster's new CNI means for each node that exists: which pods are recreated, and which
 * links, files and rules of another CNI go. One reading of each node, side by side; nothing is changed, and nothing
 * is said where nothing of another CNI is there.
 */
export function previewSwap(nodes: readonly ReachableNode[], next: string, teller: pulumi.Resource): void {
  if (!pulumi.runtime.isDryRun()) {
    return;
  }
  for (const { name, shell } of nodes) {
    shell.look?.({ text: listingScript, args: [name] }, { parent: teller }).apply(async (text) => {
      for (const sentence of sentencesOf(text, next)) {
        await pulumi.log.info(`${name}: ${sentence}`, teller);
      }
    });
  }
}

/** A record of a node that somebody has spoilt keeps nobody from an update: the audit of the node is what names it. */
export function sentencesOf(text: string, next: string): readonly string[] {
  try {
    return swapPlan(readListing(text), next, isExclusive);
  } catch (error) {
    return [`what ${next} means for it is unknown, as its records can't be read: ${String(error)}`];
  }
}
