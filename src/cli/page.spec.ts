import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { EMOTIONS } from '../emotion/scores.js';
import { inkPng } from './chart.js';
import { escapeHtml, html, pageOf } from './page.js';

describe('html', () => {
  test('values are escaped, markup is not, lists are joined', () => {
    const name = `<b title='"'>&`;
    expect(html`<i title="${name}">${[html`<u>${1}</u>`, name]}</i>`.markup).toBe(
      '<i title="&lt;b title=&#39;&quot;&#39;&gt;&amp;"><u>1</u>&lt;b title=&#39;&quot;&#39;&gt;&amp;</i>',
    );
  });

  test('control characters and changes of direction are shown, not obeyed; lines and tabs stay', () => {
    expect(escapeHtml('a\u0000b\u001b[2Jc\u202egnp.exe\td\n')).toBe('a\ufffdb\ufffd[2Jc\ufffdgnp.exe\td\n');
  });
});

describe('pageOf', () => {
  const page = pageOf({ title: '</title><script>', body: html`<p>${'<script>'}</p>` });

  test('forbids itself scripts and the network, and asks for neither', () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|https?:|url\(/);
  });

  test('each emotion has the colour of the live page', () => {
    const css = readFileSync('web/style.css', 'utf8');
    for (const emotion of EMOTIONS) {
      const [, colour = 'none'] = new RegExp(`--${emotion}: (oklch\\([^;]+\\));`).exec(css) ?? [];
      expect(page).toContain(`--${emotion}:${colour}`);
    }
  });
});

test('inkPng: rows from top to bottom, black, as opaque as asked and never beyond', () => {
  const wanted = [
    [0, 0.5, 1],
    [-1, 2, NaN],
  ];
  const uri = inkPng({ width: 3, height: 2, at: (column, row) => wanted[row]?.[column] ?? 0 });
  const png = Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64');
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([3, 2, 8, 4]);
  const length = png.readUInt32BE(33);
  expect([...inflateSync(png.subarray(41, 41 + length))]).toEqual([0, 0, 0, 0, 128, 0, 255, 0, 0, 0, 0, 255, 0, 0]);
});
