import { crc32, deflateSync } from 'node:zlib';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Html } from './page.js';

/** Plot draws into any document; this one lives in memory. The browser's types are unknown here, to both packages. */
const window = parseHTML('<!doctype html><html><body></body></html>') as unknown as { readonly document: never };

/** A chart as SVG. What stands in it as text is escaped; colours may be `var(--…)` of the page. */
export function chart(options: Plot.PlotOptions): Html {
  const svg = Plot.plot({ style: { fontSize: '11px' }, ...options, document: window.document }) as unknown as {
    readonly outerHTML: string;
  };
  return new Html(svg.outerHTML);
}

/** Rows of a raster by `at`, left to right and top to bottom; 0 is paper, 1 is ink. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly at: (column: number, row: number) => number;
}

/**
 * A picture in black ink of varying opacity, as a data URI: the page shows it on its paper, and inverted by night.
 * PNG (ISO 15948), eight bits of grey and eight of alpha; a package for this one case would be larger than the case.
 */
export function inkPng({ width, height, at }: Raster): string {
  const stride = 1 + 2 * width; // each row starts with its filter: none
  const pixels = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels[y * stride + 2 + 2 * x] = Math.round(255 * Math.max(0, Math.min(1, at(x, y) || 0)));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 4], 8); // bit depth, grey with alpha
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', deflateSync(pixels)), pngChunk('IEND', Buffer.alloc(0))];
  return `data:image/png;base64,${Buffer.concat([signature, ...chunks]).toString('base64')}`;
}

/** Length, type, data, and the checksum of both. */
function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
