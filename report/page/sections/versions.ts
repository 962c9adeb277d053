import { type Html, html } from "../html";
import type { PageModel } from "../model";

/** What the verdict was reached on. */
export function versions({ verdict }: PageModel): Html {
  const { kubernetes, kubectl, nodes, images } = verdict.versions;
  return html`<section aria-labelledby="versions"><h2 id="versions">Versions</h2>
<p>Kubernetes ${kubernetes ?? "did not answer"}, kubectl ${kubectl ?? "did not answer"}.</p>
<div class="scroll" role="region" tabindex="0" aria-label="Versions of the nodes"><table>
<thead><tr>${["Node", "Kubelet", "Runtime", "System", "Kernel"].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${nodes.map((node) => html`<tr><th scope="row">${node.name}</th><td>${node.kubelet}</td><td>${node.runtime}</td><td>${node.os}</td><td>${node.kernel}</td></tr>`)}</tbody></table></div>
<details><summary>${images.length} images</summary><ul class="images">${images.map((image) => html`<li><code>${image}</code></li>`)}</ul></details></section>`;
}
