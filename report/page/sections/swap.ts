import type { PairOutage, Span, Unseen } from "../../../driver/meter/outage";
import { type OutageReport, summary } from "../../../driver/meter/report";
import { type Html, html } from "../html";
import type { PageModel } from "../model";

const chart = { left: 120, width: 760, row: 26, top: 30 } as const;

/** What a swap of the CNI cost: a line for each pair through the time it took. */
export function swap({ outage }: PageModel): Html | undefined {
  if (outage === undefined) return undefined;
  const { from, to, strategy } = outage;
  return html`<section aria-labelledby="swap"><h2 id="swap">The swap from ${from} to ${to}, ${strategy}</h2>
<p>${summary(outage)}.</p>
<div class="scroll" role="region" tabindex="0" aria-label="The swap's timeline">${timeline(outage)}</div>
<details><summary>The same as a table</summary>${table(outage)}</details></section>`;
}

function timeline({ pairs, unseen, tookMs }: OutageReport): Html {
  const end = Math.max(
    tookMs,
    ...pairs.flatMap(({ reachableMs, lastLostMs }) => [reachableMs ?? 0, lastLostMs ?? 0]),
    1,
  );
  const x = (ms: number) => round(chart.left + (Math.min(ms, end) / end) * chart.width);
  const height = chart.top + pairs.length * chart.row + 10;
  const cut = pairs.filter(({ cutOff }) => cutOff !== undefined).length;
  return html`<svg class="timeline" viewBox="0 0 ${chart.left + chart.width + 20} ${height}" width="${chart.left + chart.width + 20}" height="${height}" role="img" aria-labelledby="swap-title swap-desc">
<title id="swap-title">Timeline of the swap</title>
<desc id="swap-desc">A line for each of ${pairs.length} pairs, through ${inSeconds(end)}. ${cut === 0 ? "None was cut off." : `${cut} were cut off for a time.`} The table below has the numbers.</desc>
${ticks(end).map(
  (ms) =>
    html`<path class="tick" d="M${x(ms)} ${chart.top - 6}V${height - 8}"/><text class="small middle" x="${x(ms)}" y="14">${ms / 1000} s</text>`,
)}
${pairs.map((pair, i) =>
  line(
    pair,
    unseen.filter(({ from }) => from === pair.from),
    chart.top + i * chart.row + chart.row / 2,
    x,
    end,
  ),
)}
<path class="done" d="M${x(tookMs)} ${chart.top - 10}V${height - 8}"/>
</svg>
<p class="legend"><span class="key answered"></span> answered <span class="key lost"></span> lost one or a few <span class="key cut"></span> cut off ${unseen.length === 0 ? undefined : html`<span class="key unseen"></span> not seen `}<span class="key done"></span> the update ended</p>`;
}

function line(pair: PairOutage, unseen: readonly Unseen[], y: number, x: (ms: number) => number, end: number): Html {
  const { from, to, sent, lost, cutOff, firstLostMs, lastLostMs, longestGapMs } = pair;
  const cut = cutOff === undefined ? undefined : span(cutOff, end);
  const lone = [firstLostMs, lastLostMs].flatMap((ms) =>
    ms === undefined || (cut !== undefined && ms >= cut.fromMs && ms <= cut.toMs) ? [] : [ms],
  );
  return html`<g><title>${`${from} to ${to}: ${lost} of ${sent} lost, longest gap ${inSeconds(longestGapMs)}`}</title>
<text class="mono" x="0" y="${y + 4}">${from} → ${to}</text>
<rect class="answered" x="${chart.left}" y="${y - 4}" width="${chart.width}" height="8"/>
${unseen.map(({ fromMs, toMs }) => html`<rect class="unseen" x="${x(fromMs)}" y="${y - 5}" width="${round(x(toMs) - x(fromMs))}" height="10"/>`)}
${[...new Set(lone)].map((ms) => html`<rect class="lost" x="${x(ms) - 1.5}" y="${y - 8}" width="3" height="16"/>`)}
${cut === undefined ? undefined : html`<rect class="cut" x="${x(cut.fromMs)}" y="${y - 9}" width="${round(Math.max(3, x(cut.toMs) - x(cut.fromMs)))}" height="18"/>`}
</g>`;
}

function span({ fromMs, toMs }: Span, end: number) {
  return { fromMs, toMs: toMs ?? end };
}

/** Marks at whole seconds, not more than ten. */
function ticks(end: number): number[] {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find((each) => end / 1000 / each <= 10) ?? 1200;
  return Array.from({ length: Math.floor(end / 1000 / step) + 1 }, (_, i) => i * step * 1000);
}

function table({ pairs }: OutageReport): Html {
  const ms = (value: number | undefined) => (value === undefined ? "–" : inSeconds(value));
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Probes of each pair"><table>
<caption>Times count from the beginning of the swap.</caption>
<thead><tr>${["From", "To", "Sent", "Lost", "First lost", "Answered again", "For good", "Longest gap", "Why lost"].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${pairs.map(
    (pair) =>
      html`<tr><th scope="row">${pair.from}</th><td>${pair.to}</td><td class="number">${pair.sent}</td><td class="number">${pair.lost}</td><td class="number">${ms(pair.firstLostMs)}</td><td class="number">${ms(pair.answeredMs)}</td><td class="number">${pair.lost > 0 && pair.reachableMs === undefined ? "never" : ms(pair.reachableMs)}</td><td class="number">${ms(pair.longestGapMs)}</td><td>${Object.entries(
        pair.reasons,
      )
        .map(([reason, times]) => `${reason} (${times})`)
        .join(", ")}</td></tr>`,
  )}</tbody></table></div>`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
