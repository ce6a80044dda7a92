import type { Emotion } from '../emotion/scores.js';
import { EMOTIONS } from '../emotion/scores.js';

/** Markup that goes into a page as it is. Everything else is text and gets escaped. */
export class Html {
  constructor(readonly markup: string) {}
}

export type Content = Html | string | number | readonly Content[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are escaped, for content and quoted attributes alike, unless they are `Html` themselves. */
export function html(markup: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(markup.map((text, i) => text + (i < values.length ? markupOf(values[i] ?? '') : '')).join(''));
}

function markupOf(content: Content): string {
  if (content instanceof Html) return content.markup;
  if (typeof content === 'object') return content.map(markupOf).join('');
  return escapeHtml(String(content));
}

/** Control characters go as well: no page may hold them, and some turn the text around them about. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);
}

/** Lightness, chroma and hue of each emotion, as the live page (web/style.css) has them; lightness follows the theme. */
const EMOTION_COLOURS: Readonly<Record<Emotion, readonly [chroma: number, hue: number]>> = {
  neutral: [0.02, 255],
  happy: [0.13, 75],
  angry: [0.17, 27],
  sad: [0.13, 257],
  fearful: [0.13, 305],
  disgust: [0.13, 135],
  surprised: [0.1, 200],
};

/** The colour of an emotion in a page or in a chart of it. */
export function colourOf(emotion: Emotion): string {
  return `var(--${emotion})`;
}

/** What a page says when it is looked at alone, on paper, by night or on a telephone. */
export interface Page {
  readonly title: string;
  readonly body: Html;
  /** Rules of this page besides the common ones. */
  readonly style?: string;
}

/** A page of its own: nothing is fetched and nothing runs, and the browser is told to see to that. */
export function pageOf({ title, body, style = '' }: Page): string {
  const colours = EMOTIONS.map((emotion) => {
    const [chroma, hue] = EMOTION_COLOURS[emotion];
    return `--${emotion}:oklch(var(--l) ${chroma} ${hue});`;
  }).join('');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Html(`:root{${colours}}${STYLE}${style}`)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.markup;
}

const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f4ef; --sheet: #fffefb; --ink: #20242c; --soft: #5d6470; --line: #e0dcd2; --accent: #2f4a6d;
  --danger: #a3312a; --warm: #fbf1da; --track: #efece4; --l: 0.55;
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  font-variant-numeric: tabular-nums;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171b; --sheet: #1d2026; --ink: #ece8df; --soft: #a0a5ae; --line: #343840; --accent: #a9c3e6;
    --danger: #f0918a; --warm: #383019; --track: #292d34; --l: 0.76;
  }
  svg image { filter: invert(1); }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.75rem 1.25rem 4rem; background: var(--paper); color: var(--ink); }
h1, h2, h3, p, ul, dl, dd, figure, table { margin: 0; padding: 0; }
h1 { font-size: 1.6rem; line-height: 1.25; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; line-height: 1.3; }
h3 { font-size: 0.85rem; font-weight: 600; }
small, .soft { font-size: 0.8rem; color: var(--soft); }
ul { list-style: none; }
.panel {
  margin-top: 1.25rem; padding: 1.25rem 1.4rem; background: var(--sheet);
  border: 1px solid var(--line); border-radius: 14px; overflow-wrap: anywhere;
}
.facts { display: flex; flex-wrap: wrap; gap: 0.2rem 1.5rem; margin-top: 0.5rem; font-size: 0.85rem; }
.facts div { display: flex; gap: 0.4rem; }
.facts dt { color: var(--soft); white-space: nowrap; }
.note { margin-top: 0.6rem; padding: 0.5rem 0.9rem; border-radius: 10px; background: var(--warm); font-size: 0.9rem; }
.scroll { overflow-x: auto; }
code { font: 0.85em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
figure svg { display: block; overflow: visible; }
.legend { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; font-size: 0.8rem; color: var(--soft); }
.legend span::before {
  content: ''; display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.35rem;
  border-radius: 3px; background: var(--c); vertical-align: -0.05rem;
}
.bar {
  display: block; height: 0.75rem; border-radius: 3px;
  background: linear-gradient(var(--c), var(--c)) no-repeat 0 0 / calc(var(--share, 0) * 100%) 100%, var(--track);
}
@media (max-width: 40rem) {
  body { padding: 1.1rem 0.75rem 3rem; }
  .panel { padding: 1rem; border-radius: 10px; }
  h1 { font-size: 1.3rem; }
}
@media print { body { max-width: none; } .panel { break-inside: avoid; } }
`;

/** The seven colours and what they stand for. */
export function legend(emotions: readonly Emotion[] = EMOTIONS): Html {
  return html`<p class="legend">
    ${emotions.map((emotion) => html`<span style="--c:${colourOf(emotion)}">${emotion}</span>`)}
  </p>`;
}

/** Named facts in a row. */
export function facts(entries: readonly (readonly [name: string, value: Content])[]): Html {
  return html`<dl class="facts">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** A probability as a person reads it: `61 %`. */
export function percent(p: number): string {
  return `${Math.round(p * 100)} %`;
}

/** `2.1 MB` */
export function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
