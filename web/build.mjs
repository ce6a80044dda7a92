/** Bundles the page into dist/web: self-contained, so that it works offline and under a strict Content-Security-Policy. */
import { build } from 'esbuild';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'dist', 'web');

await mkdir(out, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: ['src/main.ts', 'src/capture.worklet.ts'],
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  logLevel: 'warning',
});
for (const file of ['index.html', 'style.css', 'icon.svg']) await cp(join(here, file), join(out, file));
