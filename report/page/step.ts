import { stripVTControlCharacters } from "node:util";
import type { StepRecord } from "../../checks/engine/run-step";
import { quote } from "../../lib/shell";
import { type Html, html } from "./html";

/** Of an output that is longer, so many letters of its beginning and of its end stand on the page. */
const most = 6_000;

/**
 * A command that was run, and what it printed.
 *
 * @param of whose it was, where the page is about more than one run
 */
export function step({ id, where, ran, notRun }: StepRecord, of = ""): Html {
  if (ran === undefined) return html`<p class="step">${of}${id}, ${where}: not run, as ${notRun}</p>`;
  const output = [ran.stdout, ran.stderr].map((text) => stripVTControlCharacters(text).trimEnd()).filter(Boolean);
  return html`<figure><figcaption>${of}${id}, ${where}: exit code ${ran.exitCode}, ${Math.round(ran.ms)} ms</figcaption>
<pre tabindex="0"><code class="command">$ ${quote(ran.argv)}</code>
${output.length === 0 ? "(no output)" : cut(output.join("\n"))}</pre></figure>`;
}

function cut(text: string): string {
  if (text.length <= 2 * most) return text;
  return `${text.slice(0, most)}\n… ${text.length - 2 * most} letters more, in the evidence folder …\n${text.slice(-most)}`;
}
