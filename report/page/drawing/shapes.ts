import { type Html, html } from "../html";

/** A rectangle of the drawing. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a part of the drawing is, for its colours. */
export type Tone = "plain" | "broken" | "limit";

/** A part of the network as a box: a name, its address at the other end, and a second line. */
export interface Label {
  readonly name: string;
  readonly address?: string;
  readonly second?: string;
  /** All of it, for who points at the box. */
  readonly title: string;
}

const padding = 10;
/** The width of a letter at the sizes that the style sheet sets: wide enough for any font that stands in. */
const letter = { name: 8.6, mono: 7.3, small: 7.2 } as const;

/** Draws a part of the network. */
export function box(kind: string, { x, y, width, height }: Box, label: Label, tone: Tone = "plain"): Html {
  const { name, address = "", second, title } = label;
  const room = width - 2 * padding - address.length * letter.mono - (address === "" ? 0 : padding);
  const middle = second === undefined ? y + height / 2 + 4.5 : y + 18;
  return html`<g class="part ${kind} ${tone}"><title>${title}</title>
<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>
<text class="name" x="${x + padding}" y="${middle}">${shorten(name, Math.floor(room / letter.name))}</text>
${address === "" ? undefined : html`<text class="mono end" x="${x + width - padding}" y="${middle}">${address}</text>`}
${second === undefined ? undefined : secondLine({ x, y, width, height }, second)}
</g>`;
}

function secondLine({ x, y, width, height }: Box, text: string): Html {
  return html`<text class="small" x="${x + padding}" y="${y + height - 9}">${shortenTo(width - 2 * padding, text)}</text>`;
}

/** Small text, so that it fits a width. */
export function shortenTo(width: number, text: string): string {
  return shorten(text, Math.floor(width / letter.small));
}

/** A line through points. */
export function wire(kind: string, points: readonly (readonly [x: number, y: number])[], tone: Tone = "plain"): Html {
  const path = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");
  return html`<path class="wire ${kind} ${tone}" d="${path}"/>`;
}

/** An arc below two points of one height. */
export function arc(kind: string, from: number, to: number, y: number, depth: number, tone: Tone): Html {
  const path = `M${from} ${y}C${from} ${y + depth} ${to} ${y + depth} ${to} ${y}`;
  return html`<path class="wire ${kind} ${tone}" d="${path}"/>`;
}

/** The number of a fault, at its place; a cross shows that nothing passes there. */
export function badge(x: number, y: number, number: number, tone: Tone): Html {
  const shape =
    tone === "broken"
      ? html`<circle cx="${x}" cy="${y}" r="11"/>`
      : html`<rect x="${x - 10}" y="${y - 10}" width="20" height="20" transform="rotate(45 ${x} ${y})"/>`;
  return html`<g class="badge ${tone}">${shape}<text x="${x}" y="${y + 4.5}">${number}</text></g>`;
}

/** Words without a box. */
export function words(kind: string, x: number, y: number, text: string): Html {
  return html`<text class="${kind}" x="${x}" y="${y}">${text}</text>`;
}

/** Names differ at their ends as well as at their beginnings, so what is too much goes from the middle. */
function shorten(text: string, letters: number): string {
  if (text.length <= letters) return text;
  const tail = Math.max(0, Math.floor((letters - 1) * 0.45));
  return `${text.slice(0, Math.max(1, letters - 1 - tail))}…${tail === 0 ? "" : text.slice(-tail)}`;
}
