import { type Html, html } from "../html";
import type { PageModel } from "../model";
import { drawTopology } from "./drawing";
import { findFaults } from "./faults";
import { type NodeNetwork, nodeNetworks } from "./node-network";

/** The network as a picture, what is wrong in it, and the same as tables. */
export function topology({ topology: seen, verdict, run }: PageModel): Html {
  if (seen === undefined) {
    return html`<section aria-labelledby="network"><h2 id="network">The network</h2><p>Nobody looked at it in this run.</p></section>`;
  }
  const nodes = nodeNetworks(seen);
  const faults = findFaults(seen, verdict, run.values.cni);
  return html`<section aria-labelledby="network"><h2 id="network">The network</h2>
${seen.trouble.map((trouble) => html`<p class="cause">Not seen: ${trouble}.</p>`)}
${
  faults.length === 0
    ? html`<p>Every hop that was looked at is whole.</p>`
    : html`<ol class="faults">${faults.map(({ says, kind }) => html`<li class="${kind}">${says}</li>`)}</ol>`
}
<div class="scroll wide" role="region" tabindex="0" aria-label="Picture of the network">${drawTopology(nodes, seen, faults, run.master ?? "eth1")}</div>
<details><summary>The same as tables</summary>${nodes.map(tables)}</details></section>`;
}

function tables(node: NodeNetwork): Html {
  const links = [
    ...node.bridges.map((each) => ({ ...each, kind: "bridge", what: `${each.ports} ports` })),
    ...node.tunnels.map((each) => ({
      ...each,
      kind: "tunnel",
      what: [each.how, each.outer, each.underlay].filter((part) => part !== undefined).join(", "),
    })),
    ...node.nics.map((each) => ({ ...each, kind: "interface", what: "" })),
  ];
  return html`<h3>${node.name}, ${node.address}</h3>
${table(
  `Pods of ${node.name}`,
  ["Pod", "Namespace", "Address", "Bridge", "Other interfaces", "State"],
  node.pods.map(({ pod, bridge }) => [
    pod.name,
    pod.namespace,
    pod.ip ?? "none",
    bridge ?? "none",
    pod.networks.map((network) => `${network.interface} ${network.ips.join(", ")}`).join("; ") || "none",
    pod.ready ? "ready" : (pod.waiting ?? `${pod.phase}, not ready`),
  ]),
)}
${table(
  `Links of ${node.name}`,
  ["Link", "Kind", "Addresses", "State", "More"],
  links.map(({ name, kind, addresses, up, what }) => [
    name,
    kind,
    addresses.join(", ") || "none",
    up ? "up" : "down",
    what,
  ]),
)}
${table(
  `Routes of ${node.name}`,
  ["To", "By way of", "Link"],
  node.routes.map(({ dst, gateway, dev }) => [dst, gateway ?? "directly", dev ?? ""]),
)}`;
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}
