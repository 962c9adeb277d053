import { headline } from "../../checks/engine/headline";
import { documentOf } from "./document";
import { topology } from "./drawing/section";
import type { PageModel } from "./model";
import { checks } from "./sections/checks";
import { reach } from "./sections/reach";
import { summary } from "./sections/summary";
import { swap } from "./sections/swap";
import { versions } from "./sections/versions";

/** The page of one run. */
export function page(model: PageModel): string {
  return documentOf({
    title: `${headline(model.verdict)} - ${model.run.stack}`,
    summary: summary(model),
    sections: [
      { id: "network", title: "Network", part: topology(model) },
      { id: "reach", title: "Who reaches whom", part: reach(model) },
      { id: "swap", title: "Swap", part: swap(model) },
      { id: "checks", title: "Checks", part: checks(model) },
      { id: "versions", title: "Versions", part: versions(model) },
    ],
    footer:
      "The folder of this page holds the same as data: verdict.json, topology.json, junit.xml, and each command's output under checks/.",
  });
}
