import { fileURLToPath, pathToFileURL } from 'node:url';
import { join, relative, sep } from 'node:path';
import { PROJECT_ROOT } from './config.js';

/**
 * The compiled file of a thread. Threads run plain JavaScript, so where the caller itself runs from source (tests), its
 * thread comes from the build.
 */
export function workerUrl(caller: string, file: string): URL {
  const url = new URL(file, caller);
  const path = relative(PROJECT_ROOT, fileURLToPath(url));
  const isSource = path.startsWith(`src${sep}`) || path.startsWith(`training${sep}`);
  return isSource ? pathToFileURL(join(PROJECT_ROOT, 'dist', path)) : url;
}
