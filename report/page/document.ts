import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Html, html, type Part } from "./html";

/** A section of a page, and how its menu calls it; without a part it is left out. */
export interface Section {
  /** The id of its heading. */
  readonly id: string;
  readonly title: string;
  readonly part: Html | undefined;
}

/** What a page is made of. */
export interface DocumentParts {
  readonly title: string;
  /** What stands above the first section. */
  readonly summary: Part;
  readonly sections: readonly Section[];
  readonly footer: string;
}

/** A page: everything is in it, and it asks for nothing, no script included. */
export function documentOf({ title, summary, sections, footer }: DocumentParts): string {
  const style = readFileSync(path.join(__dirname, "page.css"), "utf8").trim();
  const hash = createHash("sha256").update(style).digest("base64");
  const shown = sections.filter(({ part }) => part !== undefined);
  // The policy makes a browser refuse what should not be here, even if something got past the escaping.
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}, cni-lab</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<nav aria-label="Sections"><ul>${shown.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="main" tabindex="-1">
${summary}
${shown.map(({ part }) => part)}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.text;
}
