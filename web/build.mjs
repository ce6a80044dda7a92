/** Bundles the pages into dist/web: self-contained, so that they work offline and under a strict Content-Security-Policy. */
import { build } from 'esbuild';
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'dist', 'web');

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const shared = {
  absWorkingDir: here,
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  logLevel: 'warning',
};
await build({
  ...shared,
  entryPoints: { main: 'src/main.ts', review: 'src/review/main.ts' },
  // The charts come when a session is opened.
  splitting: true,
  chunkNames: 'chunk-[hash]',
});
// The audio thread loads one file.
await build({ ...shared, entryPoints: ['src/capture.worklet.ts'] });
for (const file of ['index.html', 'review.html', 'style.css', 'review.css', 'icon.svg'])
  await cp(join(here, file), join(out, file));
