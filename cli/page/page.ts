import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Html, html } from "./html";
import type { PageModel } from "./model";
import { checks } from "./sections/checks";
import { reach } from "./sections/reach";
import { summary } from "./sections/summary";
import { swap } from "./sections/swap";
import { versions } from "./sections/versions";
import { topology } from "./topology/section";
import { headline } from "./words";

/** The page of one run: everything is in it, and it asks for nothing, no script included. */
export function page(model: PageModel): string {
  const style = readFileSync(path.join(__dirname, "page.css"), "utf8").trim();
  const hash = createHash("sha256").update(style).digest("base64");
  const sections = [
    { id: "network", title: "Network", part: topology(model) },
    { id: "reach", title: "Who reaches whom", part: reach(model) },
    { id: "swap", title: "Swap", part: swap(model) },
    { id: "checks", title: "Checks", part: checks(model) },
    { id: "versions", title: "Versions", part: versions(model) },
  ].filter(({ part }) => part !== undefined);
  // The policy makes a browser refuse what should not be here, even if something got past the escaping.
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${headline(model.verdict)} - ${model.run.stack}, cni-lab</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="main" tabindex="-1">
${summary(model)}
${sections.map(({ part }) => part)}
</main>
<footer><p>The folder of this page holds the same as data: verdict.json, topology.json, junit.xml, and each command's output under checks/.</p></footer>
</body>
</html>
`.text;
}
