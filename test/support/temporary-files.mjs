import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever tests and their servers put into the temporary folder stands in one folder of the run, and goes with it. */
export default function temporaryFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'undertone-'));
  // The tests' Postgres has to pass through: it runs as a user of its own.
  chmodSync(folder, 0o711);
  // Jest's workers and the processes that they start inherit it.
  process.env.TMPDIR = folder;
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
}
