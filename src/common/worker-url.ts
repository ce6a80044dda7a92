import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { PROJECT_ROOT } from './config.js';

/**
 * The compiled file of a thread. Threads run plain JavaScript, so where the caller itself runs from source (tests), its
 * thread comes from the build.
 */
export function workerUrl(caller: string, file: string): URL {
  const url = new URL(file, caller);
  const source = join(PROJECT_ROOT, 'src') + sep;
  const path = fileURLToPath(url);
  return path.startsWith(source) ? pathToFileURL(join(PROJECT_ROOT, 'dist', 'src', path.slice(source.length))) : url;
}
