import type { Coming, FailedPull, Findings, Seen } from "./seen";

/** What nodes have been told by their registries, or will ask them for. */
export function imageFindings({ needs, carriesImages }: Coming, { nodes, pulls }: Seen): Findings {
  const notes = needs.images.flatMap((image) => {
    const lacking = nodes.filter(({ imageless }) => imageless.includes(image)).map(({ node }) => node);
    if (lacking.length === 0 || pulls !== undefined) {
      return [];
    }
    const way = carriesImages ? "out of imageArchive" : "by a pull; where one can't, the swap is not begun";
    return [`no image ${image} on ${lacking.join(", ")}: nodes get it before anything is moved, ${way}`];
  });
  const problems = needs.images.flatMap((image) => {
    const failed = (pulls ?? []).filter((pull) => pull.image === image);
    return failed.length === 0
      ? []
      : [
          {
            field: failed.map(({ node }) => node).join(", "),
            rule: `can't pull the image ${image}: ${failed[0]?.why}`,
            fix: "name one that they can pull, or have it carried there: imageArchive",
          },
        ];
  });
  return { problems, notes };
}

/** Reads which images a node could not pull; undefined where its script has not come to its end. */
export function readPulls(node: string, text: string): FailedPull[] | undefined {
  const lines = text.trimEnd().split("\n");
  if (lines.pop() !== "pulled") {
    return undefined;
  }
  return lines
    .map((line) => line.split("\t"))
    .flatMap(([kind, image = "", why = ""]) => (kind === "failed" ? [{ node, image, why }] : []));
}
